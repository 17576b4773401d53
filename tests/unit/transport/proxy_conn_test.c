/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections that begin with a PROXY header, on memory streams. */
#include "transport/proxy_conn.h"

#include "base/errors.h"
#include "net/address_set.h"
#include "transport/admission.h"
#include "transport/request.h"
#include "unit/transport/rig.h"
#include "unit/transport/suites.h"

#include <stdio.h>

#define HEADER "PROXY TCP4 192.0.2.1 10.0.0.1 8080 80\r\n"
#define REQUEST "GET /who HTTP/1.1\r\nHost: t.example\r\n\r\n"

static struct rig rig;
static struct peer *peer;

static void
serve_who(struct request *r)
{
	char text[ADDRESS_TEXT_BYTES + 8];
	size_t n = address_text(&r->client, text);

	n += (size_t)sprintf(text + n, " %u", r->client.port);
	request_answer(r, &(struct answer){.status = 200, .body = {text, n}});
}

static void
set_up(void)
{
	rig_open(&rig, "http: {head_timeout: 5s}\n", 1);
	rig_route(&rig, &(struct route){.path = "/who", .serve = serve_who});
	rig.server[0].has_proxy_header = true;
	peer = peer_open(&rig, 0);
}

static void
tear_down(void)
{
	rig_close(&rig);
}

START_TEST(the_client_is_who_the_header_names)
{
	peer_says(peer, HEADER REQUEST);
	peer_gets(peer, 200, "192.0.2.1 8080");
	peer_says(peer, REQUEST); /* for all requests of the connection */
	peer_gets(peer, 200, "192.0.2.1 8080");
}
END_TEST

START_TEST(header_and_request_may_be_cut_anywhere)
{
	char all[] = HEADER REQUEST;

	for (size_t cut = 0; cut < sizeof(all); cut++) {
		if (cut && cut % 30 == 0) {
			tear_down();
			set_up();
		}
		peer = peer_open(&rig, 0);
		peer_write(peer, (struct str){all, cut});
		peer_write(peer, (struct str){all + cut, sizeof(all) - 1 - cut});
		rig_turn(&rig);
		peer_gets(peer, 200, "192.0.2.1 8080");
	}
}
END_TEST

START_TEST(a_proxy_may_speak_for_itself)
{
	peer_says(peer, "PROXY UNKNOWN\r\n" REQUEST);
	peer_gets(peer, 200, "127.0.0.1 0");
}
END_TEST

START_TEST(without_a_header_there_is_no_answer)
{
	peer_says(peer, REQUEST);
	ck_assert(peer_is_closed(peer));
	peer_hears_nothing(peer);
}
END_TEST

START_TEST(a_header_that_does_not_come_in_time_ends_it)
{
	peer_says(peer, "PROXY TCP4 192.0.2.1");
	rig_pass(&rig, 4999);
	ck_assert(!peer_is_closed(peer));
	rig_pass(&rig, 1);
	ck_assert(peer_is_closed(peer));
	peer_hears_nothing(peer);
	ck_assert_uint_eq(counter_get(&rig.loop[0]->counters, COUNTER_REQUEST_TIMEOUTS),
			  1);
}
END_TEST

START_TEST(a_peer_that_leaves_before_its_header_is_forgotten)
{
	peer_says(peer, "PROXY");
	peer_ends(peer);
	ck_assert(peer_is_closed(peer));
	ck_assert_uint_eq(counter_get(&rig.loop[0]->counters, COUNTER_CONNECTIONS), 0);
}
END_TEST

START_TEST(closing_the_server_closes_who_still_waits)
{
	peer_says(peer, "PROXY");
	http_server_close(&rig.server[0]);
	ck_assert(peer_is_closed(peer));
}
END_TEST

/* As accept does for a socket. */
static struct peer *
counted_peer(struct admission *a)
{
	struct peer *p = peer_open(&rig, 0);

	ck_assert_int_eq(admission_take(a, &admission_nobody, 1), 0);
	p->conn->admission = a;
	p->conn->peer = admission_nobody;
	return p;
}

START_TEST(limits_count_the_client_from_its_header_to_its_end)
{
	struct config limits = {.address_connections_n = 1};
	struct admission *a = admission_new(&limits);
	struct peer *first, *second;

	first = counted_peer(a);
	second = counted_peer(a); /* nobody may be there twice */
	peer_says(first, HEADER);
	ck_assert(!peer_is_closed(first));
	peer_says(second, HEADER);
	ck_assert(peer_is_closed(second));
	second = counted_peer(a);
	peer_says(second, "PROXY TCP4 192.0.2.2 10.0.0.1 8080 80\r\n");
	ck_assert(!peer_is_closed(second));
	peer_ends(first);
	ck_assert(peer_is_closed(first));
	rig_turn(&rig);
	first = counted_peer(a);
	peer_says(first, HEADER);
	ck_assert(!peer_is_closed(first));
	http_server_close(&rig.server[0]);
	rig_turn(&rig);
	admission_free(a);
}
END_TEST

START_TEST(only_a_trusted_peer_may_begin_when_somebody_is_trusted)
{
	char network[] = "10.0.0.0/8", *items[] = {network};
	struct config_list list = {items, 1}, none = {NULL, 0};
	struct address inside, outside;
	struct http_server *s = &rig.server[0];
	struct address_set *set;

	ck_assert_int_eq(address_from_text(STR("10.0.0.1"), &inside), 0);
	ck_assert_int_eq(address_from_text(STR("11.0.0.1"), &outside), 0);
	ck_assert(proxy_conn_may_start(s, &outside));
	ck_assert_int_eq(address_set_new(&none, &set), 0);
	s->trusted = set;
	ck_assert(proxy_conn_may_start(s, &outside));
	address_set_free(set);
	ck_assert_int_eq(address_set_new(&list, &set), 0);
	s->trusted = set;
	ck_assert(proxy_conn_may_start(s, &inside));
	ck_assert(!proxy_conn_may_start(s, &outside));
	s->trusted = NULL;
	address_set_free(set);
}
END_TEST

Suite *
proxy_conn_suite(void)
{
	Suite *s = suite_create("proxy_conn");
	TCase *t = tcase_create("proxy_conn");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, the_client_is_who_the_header_names);
	tcase_add_test(t, header_and_request_may_be_cut_anywhere);
	tcase_add_test(t, a_proxy_may_speak_for_itself);
	tcase_add_test(t, without_a_header_there_is_no_answer);
	tcase_add_test(t, a_header_that_does_not_come_in_time_ends_it);
	tcase_add_test(t, a_peer_that_leaves_before_its_header_is_forgotten);
	tcase_add_test(t, closing_the_server_closes_who_still_waits);
	tcase_add_test(t, limits_count_the_client_from_its_header_to_its_end);
	tcase_add_test(t, only_a_trusted_peer_may_begin_when_somebody_is_trusted);
	suite_add_tcase(s, t);
	return s;
}
