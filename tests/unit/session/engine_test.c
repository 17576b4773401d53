/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which requests Engine.IO refuses, with which code, and in which order it looks. */
#include "session/engine.h"

#include "base/errors.h"
#include "policy/limit.h"
#include "session/echo.h"
#include "unit/session/engine_rig.h"
#include "unit/session/suites.h"

#include <stdio.h>

#define REFUSED_0 "{\"code\":0,\"message\":\"Transport unknown\"}"
#define REFUSED_1 "{\"code\":1,\"message\":\"Session ID unknown\"}"
#define REFUSED_2 "{\"code\":2,\"message\":\"Bad handshake method\"}"
#define REFUSED_3 "{\"code\":3,\"message\":\"Bad request\"}"
#define REFUSED_4 "{\"code\":4,\"message\":\"Forbidden\"}"
#define REFUSED_5 "{\"code\":5,\"message\":\"Unsupported protocol version\"}"
#define UPGRADE                                                                          \
	"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"     \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static struct engine_rig e;
static struct peer *peer;

static void
open_with(const char *settings)
{
	char all[512] =
		"    dialect: engine-echo\n    auth: none\n    ping_interval: 300ms\n"
		"    ping_timeout: 200ms\n";

	strcat(all, settings);
	engine_rig_open(&e, all, 1, &echo_engine_app);
	peer = peer_open(&e.rig, 0);
}

static void
tear_down(void)
{
	engine_rig_close(&e);
}

static const struct {
	const char *method, *target, *lines;
	int status;
	const char *body; /* NULL: any */
} cases[] = {
	{"GET", "/e/?EIO=4", "", 400, REFUSED_0},
	{"GET", "/e/?EIO=4&transport=abc", "", 400, REFUSED_0},
	{"GET", "/e/?EIO=4&transport=Polling", "", 400, REFUSED_0},
	{"GET", "/e/?EIO=4&transport=polling&sid=abc", "", 400, REFUSED_1},
	{"POST", "/e/?EIO=4&transport=polling&sid=abc", "", 400, REFUSED_1},
	{"GET", "/e/?EIO=4&transport=polling&sid=AAcAAAAAAAAAAAAAAAAAAAAA", "", 400,
	 REFUSED_1},
	{"GET", "/e/?EIO=4&transport=polling&sid=AAcJAAAAAAAAAAAAAAAAAAAA", "", 400,
	 REFUSED_1},
	{"POST", "/e/?EIO=4&transport=polling", "", 400, REFUSED_2},
	{"PUT", "/e/?EIO=4&transport=polling", "", 400, REFUSED_2},
	{"GET", "/e/?EIO=4&transport=websocket", "", 400, REFUSED_3},
	{"GET", "/e/?transport=polling", "", 400, REFUSED_5},
	{"GET", "/e/?EIO=abc&transport=polling", "", 400, REFUSED_5},
	{"GET", "/e/?EIO=3&transport=polling", "", 400, REFUSED_5},
	{"GET", "/e/?EIO=5&transport=polling", "", 400, REFUSED_5},
	{"GET", "/e/?EIO=4&transport=polling", "Origin: http://evil.example\r\n", 403,
	 REFUSED_4},
	{"GET", "/e/?EIO=4&transport=websocket",
	 UPGRADE "Origin: http://evil.example\r\n", 403, REFUSED_4},
	{"GET", "/e/?EIO=abc&transport=websocket", UPGRADE, 400, REFUSED_5},
	{"GET", "/e/?EIO=4&transport=abc", UPGRADE, 400, REFUSED_0},
	/* the first fault counts */
	{"PUT", "/e/?EIO=abc&transport=abc&sid=abc", "", 400, REFUSED_0},
	{"PUT", "/e/?EIO=abc&transport=polling&sid=abc", "", 400, REFUSED_1},
	{"PUT", "/e/?EIO=abc&transport=polling", "", 400, REFUSED_2},
	{"GET", "/e/?EIO=abc&transport=websocket", "", 400, REFUSED_3},
	/* what is fine */
	{"GET", "/e/?EIO=4&transport=polling", "", 200, NULL},
	{"GET", "/e?EIO=4&transport=polling", "", 200, NULL},
	{"GET", "/e/?transport=polling&x=%00&EIO=4", "", 200, NULL},
	{"GET", "/e/?EIO=4&transport=polling", "Origin: http://t.example\r\n", 200, NULL},
};

START_TEST(a_request_is_answered_with_the_code_of_its_first_fault)
{
	open_with("");
	peer_asks(peer, cases[_i].method, cases[_i].target, cases[_i].lines, "");
	peer_gets(peer, cases[_i].status, cases[_i].body);
	ck_assert_str_eq(peer_header(peer, "Content-Type"),
			 cases[_i].status == 200 ? "text/plain; charset=UTF-8"
						 : "application/json");
	tear_down();
}
END_TEST

START_TEST(the_hello_has_exactly_engine_io_s_members)
{
	char hello[256];

	open_with("");
	engine_opens(&e, peer);
	snprintf(hello, sizeof(hello),
		 "0{\"sid\":\"%s\",\"upgrades\":[\"websocket\"],\"pingInterval\":300,"
		 "\"pingTimeout\":200,\"maxPayload\":1000000}",
		 e.sid);
	ck_assert_str_eq(peer->body, hello);
	tear_down();
}
END_TEST

START_TEST(a_websocket_s_hello_offers_no_upgrade)
{
	open_with("");
	peer_upgrades(peer, "/e/?EIO=4&transport=websocket", "");
	ck_assert_ptr_nonnull(memmem(peer->memory.to_client.data,
				     peer->memory.to_client.len, "\"upgrades\":[],", 14));
	tear_down();
}
END_TEST

START_TEST(a_transport_that_is_off_is_unknown)
{
	open_with(_i ? "    polling: false\n" : "    websocket: false\n");
	peer_asks(peer, "GET",
		  _i ? "/e/?EIO=4&transport=polling" : "/e/?EIO=4&transport=websocket",
		  _i ? "" : UPGRADE, "");
	peer_gets(peer, 400, REFUSED_0);
	tear_down();
}
END_TEST

START_TEST(without_upgrades_none_is_offered_or_taken)
{
	open_with("    upgrades: false\n");
	engine_opens(&e, peer);
	ck_assert_ptr_nonnull(strstr(peer->body, "\"upgrades\":[]"));
	peer_asks(peer, "GET", engine_target(&e, "websocket"), UPGRADE, "");
	peer_gets(peer, 400, REFUSED_3);
	tear_down();
}
END_TEST

START_TEST(a_session_of_one_mount_is_unknown_to_another)
{
	struct config_mount other;
	struct engine engine;

	open_with("");
	engine_opens(&e, peer);
	other = *e.engine.mount;
	engine = e.engine;
	engine.mount = &other;
	rig_route(&e.rig, &(struct route){.path = "/other",
					  .subtree = true,
					  .begin = engine_begin,
					  .serve = engine_serve,
					  .arg = &engine});
	engine_target(&e, "polling");
	memmove(e.target + 6, e.target + 2, strlen(e.target));
	memcpy(e.target, "/other", 6);
	peer_asks(peer, "GET", e.target, "", "");
	peer_gets(peer, 400, REFUSED_1);
	tear_down();
}
END_TEST

START_TEST(a_cookie_carries_the_sid_when_it_has_a_name)
{
	char cookie[128];

	open_with("    cookie: io\n");
	engine_opens(&e, peer);
	snprintf(cookie, sizeof(cookie), "io=%s; Path=/; HttpOnly; SameSite=Lax", e.sid);
	ck_assert_str_eq(peer_header(peer, "Set-Cookie"), cookie);
	tear_down();
}
END_TEST

static int
refuse_session(void *app, struct session *s, struct request *r)
{
	(void)app;
	(void)s;
	(void)r;
	return -E_OVERLOADED;
}

static const struct engine_app refusing_app = {.on_session = refuse_session};

START_TEST(an_app_that_refuses_leaves_no_session)
{
	open_with("");
	e.engine.app = &refusing_app;
	peer_asks(peer, "GET", "/e/?EIO=4&transport=polling", "", "");
	peer_gets(peer, 503, NULL);
	peer_asks(peer, "GET", "/e/?EIO=4&transport=websocket", UPGRADE, "");
	peer_gets(peer, 503, NULL);
	ck_assert_uint_eq(e.sessions[0].by_id.places.n, 0);
	tear_down();
}
END_TEST

START_TEST(a_session_has_one_version_of_the_protocol)
{
	char target[128];

	open_with("    eio3: true\n");
	engine_opens(&e, peer);
	for (int i = 0; i < 2; i++) {
		snprintf(target, sizeof(target), "/e/?transport=polling&sid=%s%s", e.sid,
			 i ? "" : "&EIO=4");
		peer_asks(peer, "GET", target, "", "");
		if (i)
			peer_hears_nothing(peer); /* what is no 4 is 3 */
		else
			peer_gets(peer, 400, REFUSED_3);
	}
	tear_down();
}
END_TEST

START_TEST(an_address_opens_sessions_no_faster_than_it_may)
{
	open_with("    connection_rate: 2/min\n");
	e.engine.addresses = limit_table_new(16);
	for (int i = 0; i < 2; i++)
		engine_opens(&e, peer);
	peer_asks(peer, "GET", "/e/?EIO=4&transport=polling", "", "");
	peer_gets(peer, 429, NULL);
	ck_assert_str_eq(peer_header(peer, "Retry-After"), "30");
	engine_posts(&e, peer, "4x"); /* who is in is not asked */
	ck_assert_uint_eq(e.sessions[0].by_id.places.n, 2);
	peer = peer_open(&e.rig, 0);
	peer_asks(peer, "GET", "/e/?EIO=4&transport=websocket", UPGRADE, "");
	peer_gets(peer, 429, NULL);
	limit_table_free(e.engine.addresses);
	tear_down();
}
END_TEST

START_TEST(a_bad_handshake_leaves_no_session)
{
	open_with("");
	peer_asks(peer, "GET", "/e/?EIO=4&transport=websocket",
		  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
		  "8\r\n"
		  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
		  "");
	peer_gets(peer, 426, NULL);
	ck_assert_str_eq(peer_header(peer, "Sec-WebSocket-Version"), "13");
	ck_assert_uint_eq(e.sessions[0].by_id.places.n, 0);
	tear_down();
}
END_TEST

/* --- CORS -------------------------------------------------------------------------------- */

START_TEST(any_origin_is_told_so_when_all_are_allowed)
{
	open_with("    origins: ['*']\n");
	peer_asks(peer, "GET", "/e/?EIO=4&transport=polling",
		  "Origin: http://a.example\r\n", "");
	peer_gets(peer, 200, NULL);
	ck_assert_str_eq(peer_header(peer, "Access-Control-Allow-Origin"), "*");
	tear_down();
}
END_TEST

START_TEST(a_listed_origin_is_echoed_with_credentials_and_another_is_refused)
{
	open_with("    origins: [http://a.example]\n    cors_credentials: true\n");
	peer_asks(peer, "GET", "/e/?EIO=4&transport=polling",
		  "Origin: http://a.example\r\n", "");
	peer_gets(peer, 200, NULL);
	ck_assert_str_eq(peer_header(peer, "Access-Control-Allow-Origin"),
			 "http://a.example");
	ck_assert_str_eq(peer_header(peer, "Access-Control-Allow-Credentials"), "true");
	ck_assert_str_eq(peer_header(peer, "Vary"), "Origin");
	peer_asks(peer, "GET", "/e/?EIO=4&transport=polling",
		  "Origin: http://b.example\r\n", "");
	peer_gets(peer, 403, REFUSED_4);
	ck_assert_str_eq(peer_header(peer, "Access-Control-Allow-Origin"), "");
	tear_down();
}
END_TEST

START_TEST(a_preflight_is_answered_for_any_method_and_header)
{
	open_with("    origins: ['*']\n");
	peer_asks(peer, "OPTIONS", "/e/?EIO=4&transport=polling",
		  "Origin: http://a.example\r\nAccess-Control-Request-Headers: x-a, "
		  "x-b\r\n",
		  "");
	peer_gets(peer, 204, "");
	ck_assert_str_eq(peer_header(peer, "Access-Control-Allow-Headers"), "x-a, x-b");
	ck_assert_str_eq(peer_header(peer, "Access-Control-Allow-Methods"),
			 "GET,HEAD,PUT,PATCH,POST,DELETE");
	engine_opens(&e, peer);
	tear_down();
}
END_TEST

START_TEST(a_refused_answer_tells_the_page_too)
{
	open_with("    origins: ['*']\n");
	peer_asks(peer, "GET", "/e/?EIO=9&transport=polling",
		  "Origin: http://a.example\r\n", "");
	peer_gets(peer, 400, REFUSED_5);
	ck_assert_str_eq(peer_header(peer, "Access-Control-Allow-Origin"), "*");
	tear_down();
}
END_TEST

Suite *
engine_suite(void)
{
	Suite *s = suite_create("engine");
	TCase *t = tcase_create("engine"), *cors = tcase_create("cors");

	tcase_add_loop_test(t, a_request_is_answered_with_the_code_of_its_first_fault, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, the_hello_has_exactly_engine_io_s_members);
	tcase_add_test(t, a_websocket_s_hello_offers_no_upgrade);
	tcase_add_loop_test(t, a_transport_that_is_off_is_unknown, 0, 2);
	tcase_add_test(t, without_upgrades_none_is_offered_or_taken);
	tcase_add_test(t, a_session_of_one_mount_is_unknown_to_another);
	tcase_add_test(t, a_cookie_carries_the_sid_when_it_has_a_name);
	tcase_add_test(t, an_app_that_refuses_leaves_no_session);
	tcase_add_test(t, a_session_has_one_version_of_the_protocol);
	tcase_add_test(t, an_address_opens_sessions_no_faster_than_it_may);
	tcase_add_test(t, a_bad_handshake_leaves_no_session);
	tcase_add_test(cors, any_origin_is_told_so_when_all_are_allowed);
	tcase_add_test(cors,
		       a_listed_origin_is_echoed_with_credentials_and_another_is_refused);
	tcase_add_test(cors, a_preflight_is_answered_for_any_method_and_header);
	tcase_add_test(cors, a_refused_answer_tells_the_page_too);
	suite_add_tcase(s, t);
	suite_add_tcase(s, cors);
	return s;
}
