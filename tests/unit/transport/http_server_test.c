/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom connections are counted for that come through a proxy which tells in a header. */
#include "transport/http_server.h"

#include "base/errors.h"
#include "net/address_set.h"
#include "transport/admission.h"
#include "transport/request.h"
#include "unit/transport/rig.h"
#include "unit/transport/suites.h"

#include <stdlib.h>

static struct rig rig;
static struct config limits = {.address_connections_n = 2};
static struct admission *admission;
static struct address_set *trusted;
static struct request *kept;

static void
serve_now(struct request *r)
{
	request_answer(r, &(struct answer){.status = 200, .body = STR("now")});
}

static void
on_abort(struct request *r)
{
	(void)r;
	kept = NULL;
}

static void
serve_later(struct request *r)
{
	kept = r;
	r->on_abort = on_abort;
}

static void
set_up(void)
{
	static char proxy[] = "127.0.0.1", *items[] = {proxy};
	struct config_list list = {items, 1};

	rig_open(&rig, "", 1);
	rig_route(&rig, &(struct route){.path = "/now", .serve = serve_now});
	rig_route(&rig, &(struct route){.path = "/later", .serve = serve_later});
	admission = admission_new(&limits);
	ck_assert_int_eq(address_set_new(&list, &trusted), 0);
	rig.server[0].trusted = trusted;
}

static void
tear_down(void)
{
	rig_close(&rig);
	admission_free(admission);
	address_set_free(trusted);
}

/* As accept does for a socket of the proxy's. */
static struct peer *
proxied(void)
{
	struct peer *p = peer_open(&rig, 0);

	ck_assert_int_eq(admission_take(admission, &admission_nobody, 1), 0);
	p->conn->admission = admission;
	p->conn->client = malloc(sizeof(*p->conn->client));
	*p->conn->client = admission_nobody;
	return p;
}

static struct peer *
asks_later(const char *client)
{
	struct peer *p = proxied();

	peer_asks(p, "GET", "/later", client, "");
	return p;
}

#define ANN "X-Forwarded-For: 192.0.2.1\r\n"
#define BOB "X-Forwarded-For: 192.0.2.2\r\n"

START_TEST(a_client_behind_a_proxy_gets_no_more_than_its_share)
{
	struct peer *first = asks_later(ANN), *third = proxied();

	asks_later(ANN);
	peer_asks(third, "GET", "/now", ANN, "");
	peer_gets(third, 429, NULL);
	ck_assert_uint_eq(
		counter_get(&rig.loop[0]->counters, COUNTER_REFUSED_CONNECTIONS), 1);
	peer_asks(third, "GET", "/now", BOB, ""); /* the proxy's connection goes on */
	peer_gets(third, 200, "now");
	peer_ends(first);
	rig_turn(&rig);
	peer_asks(third, "GET", "/now", ANN, "");
	peer_gets(third, 200, "now");
}
END_TEST

START_TEST(between_requests_a_proxys_connection_is_nobodys)
{
	for (int i = 0; i < 5; i++) {
		struct peer *p = proxied();

		peer_asks(p, "GET", "/now", ANN, "");
		peer_gets(p, 200, "now");
		ck_assert(!peer_is_closed(p));
	}
	asks_later(ANN);
	asks_later(ANN);
	ck_assert_int_eq(admission_take(admission,
					&(struct address){.family = AF_INET,
							  .bytes = {192, 0, 2, 1}},
					1),
			 -E_TOO_MANY_CONNECTIONS);
}
END_TEST

START_TEST(without_a_header_the_proxy_is_the_client)
{
	struct peer *p = proxied();

	asks_later("");
	asks_later("");
	peer_asks(p, "GET", "/now", "", "");
	peer_gets(p, 429, NULL);
	peer_asks(p, "GET", "/now", ANN, "");
	peer_gets(p, 200, "now");
}
END_TEST

START_TEST(what_was_counted_is_given_back_at_the_end)
{
	for (int round = 0; round < 3; round++) {
		struct peer *one = asks_later(ANN), *two = asks_later(ANN);

		peer_ends(one);
		peer_ends(two);
		rig_turn(&rig);
		ck_assert(peer_is_closed(one) && peer_is_closed(two));
	}
}
END_TEST

Suite *
http_server_suite(void)
{
	Suite *s = suite_create("http_server");
	TCase *t = tcase_create("proxies");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_client_behind_a_proxy_gets_no_more_than_its_share);
	tcase_add_test(t, between_requests_a_proxys_connection_is_nobodys);
	tcase_add_test(t, without_a_header_the_proxy_is_the_client);
	tcase_add_test(t, what_was_counted_is_given_back_at_the_end);
	suite_add_tcase(s, t);
	return s;
}
