/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions by polling and WebSocket: heartbeat, rules, ends. Upgrades: upgrade_test.c. */
#include "session/session.h"

#include "base/errors.h"
#include "config/config.h"
#include "net/loop.h"
#include "unit/session/engine_rig.h"
#include "unit/session/suites.h"

#include <stdio.h>
#include <stdlib.h>

static struct engine_rig e;
static struct peer *peer, *other;
static char told[256];           /* why sessions closed */
static struct session *to_close; /* closed by on_close */

/* --- an app that echoes ------------------------------------------------------------------ */

static void
say(struct session *s, enum ws_opcode opcode, struct str payload)
{
	struct frame *f = ws_frame_of(opcode, payload);

	session_send(s, f);
	frame_unref(f);
}

static void
on_open(void *up)
{
	(void)up;
}

static void
on_message(void *up, enum frame_kind kind, char *data, size_t n)
{
	struct session *s = session_around(up);
	char text[1000];

	if (kind == FRAME_BINARY) {
		say(s, WS_BINARY, (struct str){data, n});
		return;
	}
	snprintf(text, sizeof(text), "4%.*s", (int)n, data);
	say(s, WS_TEXT, str_from(text));
	if (n == 3 && memcmp(data, "bye", 3) == 0)
		session_close(s, "forced close");
}

static void
on_drain(void *up)
{
	(void)up;
}

static void
on_close(void *up, const char *reason)
{
	struct session *s = session_around(up);

	strcat(told, reason);
	strcat(told, ".");
	say(s, WS_TEXT, STR("4too late"));
	session_close(s, "again");
	if (to_close)
		session_close(to_close, "by the other");
}

static const struct session_up up = {.on_open = on_open,
				     .on_message = on_message,
				     .on_drain = on_drain,
				     .on_close = on_close};

static int
on_session(void *app, struct session *s, struct request *r)
{
	(void)app;
	(void)r;
	s->up = &up;
	return 0;
}

static const struct engine_app app = {.on_session = on_session};

static void
open_rig(const char *settings, size_t loops_n)
{
	char all[512] =
		"    dialect: engine-echo\n    auth: none\n    ping_interval: 300ms\n"
		"    ping_timeout: 200ms\n    max_payload: 1kB\n    queue_soft: 1KiB\n"
		"    queue_hard: 2KiB\n";

	strcat(all, settings);
	engine_rig_open(&e, all, loops_n, &app);
	peer = peer_open(&e.rig, 0);
	other = peer_open(&e.rig, loops_n - 1);
	told[0] = '\0';
	to_close = NULL;
}

static void
set_up(void)
{
	open_rig("", 1);
}

static void
tear_down(void)
{
	to_close = NULL;
	engine_rig_close(&e);
}

/* --- messages ---------------------------------------------------------------------------- */

START_TEST(what_is_posted_comes_back_with_the_next_poll)
{
	engine_opens(&e, peer);
	engine_posts(&e, peer, "4hello");
	engine_polls_for(&e, peer, "4hello");
	engine_polls(&e, peer);
	peer_hears_nothing(peer);
	engine_posts(&e, other, "4again");
	peer_gets(peer, 200, "4again");
}
END_TEST

START_TEST(packets_of_one_body_come_back_in_one_body_in_order)
{
	engine_opens(&e, peer);
	engine_posts(&e, peer,
		     "4test1\x1e"
		     "4test2\x1e"
		     "bAQIDBA==\x1e"
		     "4test3");
	engine_polls_for(&e, peer,
			 "4test1\x1e"
			 "4test2\x1e"
			 "bAQIDBA==\x1e"
			 "4test3");
}
END_TEST

START_TEST(a_poll_brings_no_more_packets_than_it_may)
{
	tear_down();
	open_rig("    poll_packets: 2\n", 1);
	engine_opens(&e, peer);
	engine_posts(&e, peer,
		     "41\x1e"
		     "42\x1e"
		     "43\x1e"
		     "44\x1e"
		     "45");
	engine_polls_for(&e, peer,
			 "41\x1e"
			 "42");
	engine_polls_for(&e, peer,
			 "43\x1e"
			 "44");
	engine_polls_for(&e, peer, "45");
}
END_TEST

START_TEST(a_websocket_brings_text_and_bytes)
{
	engine_opens_websocket(&e, peer);
	peer_sends(peer, "4hello");
	peer_receives(peer, "4hello");
	peer_frame(peer, WS_BINARY, true, STR("\x01\x02\xff"));
	rig_turn(&e.rig);
	peer_takes_frame(peer, WS_BINARY, STR("\x01\x02\xff"));
}
END_TEST

START_TEST(requests_on_another_loop_find_their_session)
{
	tear_down();
	open_rig("", 2);
	engine_opens(&e, peer);
	engine_posts(&e, other, "4over there");
	engine_polls_for(&e, peer, "4over there");
	engine_polls(&e, peer_open(&e.rig, 1));
	engine_posts(&e, peer, "4x");
	peer_gets(e.rig.peer[2], 200, "4x");
	ck_assert_uint_ge(counter_get(&e.rig.loop[1]->counters, COUNTER_HANDED_OVER), 2);
}
END_TEST

/* --- heartbeat --------------------------------------------------------------------------- */

START_TEST(a_poll_hears_the_ping_at_its_millisecond)
{
	engine_opens(&e, peer);
	for (int round = 0; round < 3; round++) {
		engine_polls(&e, peer);
		rig_pass(&e.rig, 299);
		peer_hears_nothing(peer);
		rig_pass(&e.rig, 1);
		peer_gets(peer, 200, "2");
		engine_posts(&e, peer, "3");
	}
	ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_session_without_a_sign_of_life_dies_at_its_millisecond)
{
	engine_opens(&e, peer);
	rig_pass(&e.rig, 499);
	ck_assert_ptr_nonnull(engine_session(&e));
	rig_pass(&e.rig, 1);
	engine_is_gone(&e, peer);
	ck_assert_str_eq(told, "ping timeout.");
}
END_TEST

START_TEST(one_long_sleep_ends_it_as_well)
{
	engine_opens(&e, peer);
	rig_pass(&e.rig, 5000);
	engine_is_gone(&e, peer);
}
END_TEST

START_TEST(the_next_ping_comes_an_interval_after_the_pong)
{
	engine_opens_websocket(&e, peer);
	rig_pass(&e.rig, 300);
	peer_receives(peer, "2");
	rig_pass(&e.rig, 150);
	peer_sends(peer, "3");
	rig_pass(&e.rig, 299);
	peer_hears_nothing(peer);
	rig_pass(&e.rig, 1);
	peer_receives(peer, "2");
	rig_pass(&e.rig, 199);
	peer_hears_nothing(peer);
	rig_pass(&e.rig, 1);
	peer_takes_close(peer, 1005);
	ck_assert_str_eq(told, "ping timeout.");
}
END_TEST

START_TEST(messages_are_no_sign_of_life)
{
	engine_opens_websocket(&e, peer);
	rig_pass(&e.rig, 200);
	peer_sends(peer, "4x");
	peer_receives(peer, "4x");
	rig_pass(&e.rig, 100);
	peer_receives(peer, "2");
	peer_sends(peer, "4x");
	peer_receives(peer, "4x");
	rig_pass(&e.rig, 200);
	peer_takes_close(peer, 1005);
}
END_TEST

START_TEST(a_pong_that_nobody_asked_for_puts_the_next_ping_off)
{
	engine_opens_websocket(&e, peer);
	rig_pass(&e.rig, 200);
	peer_sends(peer, "3");
	rig_pass(&e.rig, 299);
	peer_hears_nothing(peer);
	rig_pass(&e.rig, 1);
	peer_receives(peer, "2");
	rig_pass(&e.rig, 200);
	peer_takes_close(peer, 1005);
}
END_TEST

START_TEST(clients_of_protocol_3_ping_themselves)
{
	tear_down();
	open_rig("    eio3: true\n", 1);
	engine_opens(&e, peer);
	for (int round = 0; round < 3; round++) {
		rig_pass(&e.rig, 499);
		engine_posts(&e, peer, "1:2");
		engine_polls_for(&e, peer, "1:3");
	}
	engine_posts(&e, peer, "6:2hello");
	engine_polls_for(&e, peer, "6:3hello");
	rig_pass(&e.rig, 499);
	ck_assert_ptr_nonnull(engine_session(&e));
	rig_pass(&e.rig, 1);
	engine_is_gone(&e, peer);
}
END_TEST

/* --- rules ------------------------------------------------------------------------------- */

START_TEST(a_second_poll_ends_both_and_the_session)
{
	engine_opens(&e, peer);
	engine_polls(&e, peer);
	engine_polls(&e, other);
	peer_gets(peer, 200, "1");
	peer_gets(other, 400, NULL);
	engine_is_gone(&e, peer);
	ck_assert_str_eq(told, "transport error.");
}
END_TEST

START_TEST(a_second_post_ends_the_session)
{
	engine_opens(&e, peer);
	engine_target(&e, "polling");
	peer_says(peer, "POST ");
	peer_says(peer, e.target);
	peer_says(peer, " HTTP/1.1\r\nHost: t.example\r\nContent-Length: 4\r\n\r\n4h");
	peer_asks(other, "POST", e.target, "", "4x");
	peer_gets(other, 400, NULL);
	peer_says(peer, "ey");
	peer_gets(peer, 400, NULL);
	engine_is_gone(&e, peer_open(&e.rig, 0));
	ck_assert_str_eq(told, "transport error.");
}
END_TEST

START_TEST(a_cancelled_poll_ends_the_session)
{
	engine_opens(&e, peer);
	engine_polls(&e, peer);
	peer_ends(peer);
	engine_is_gone(&e, other);
	ck_assert_str_eq(told, "transport error.");
}
END_TEST

START_TEST(a_cancelled_post_does_not)
{
	engine_opens(&e, peer);
	engine_target(&e, "polling");
	peer_says(other, "POST ");
	peer_says(other, e.target);
	peer_says(other, " HTTP/1.1\r\nHost: t.example\r\nContent-Length: 4\r\n\r\n4h");
	peer_ends(other);
	engine_posts(&e, peer, "4hi");
	engine_polls_for(&e, peer, "4hi");
}
END_TEST

START_TEST(a_close_packet_releases_the_poll_with_a_noop)
{
	engine_opens(&e, peer);
	engine_polls(&e, peer);
	engine_posts(&e, other, "1");
	peer_gets(peer, 200, "6");
	engine_is_gone(&e, peer);
	ck_assert_str_eq(told, "transport close.");
}
END_TEST

START_TEST(packets_behind_a_close_are_not_read)
{
	engine_opens(&e, peer);
	engine_polls(&e, peer);
	engine_posts(&e, other,
		     "4a\x1e"
		     "1\x1e"
		     "4b");
	peer_gets(peer, 200,
		  "4a\x1e"
		  "6");
	engine_is_gone(&e, peer);
}
END_TEST

static const char *const bad_bodies[] = {"abc",
					 "7",
					 "2",
					 "4a\x1e",
					 "4a\x1e\x1e"
					 "4b",
					 "b???",
					 "\x1e"
					 "4a"};

START_TEST(a_body_that_is_none_ends_the_session)
{
	engine_opens(&e, peer);
	peer_asks(peer, "POST", engine_target(&e, "polling"), "", bad_bodies[_i]);
	peer_gets(peer, 0 == strcmp(bad_bodies[_i], "2") ? 200 : 400, NULL);
	engine_is_gone(&e, other);
	ck_assert_str_eq(told, "parse error.");
}
END_TEST

START_TEST(a_websocket_packet_that_is_none_closes_it)
{
	engine_opens_websocket(&e, peer);
	peer_sends(peer, _i == 0 ? "abc" : _i == 1 ? "" : "2");
	peer_takes_close(peer, 1005);
	engine_is_gone(&e, other);
}
END_TEST

START_TEST(a_body_of_packets_that_bring_nothing_is_a_flood)
{
	e.rig.config->mounts[0].strays_n = 3;
	engine_opens(&e, peer);
	engine_posts(&e, other, "4a\x1e" "3\x1e" "6\x1e" "3\x1e" "4b");
	engine_polls_for(&e, peer, "4a\x1e" "4b");
	ck_assert_str_eq(told, "");
	peer_asks(other, "POST", engine_target(&e, "polling"), "",
		  "4a\x1e" "3\x1e" "4b");
	peer_gets(other, 429, NULL);
	ck_assert_str_eq(told, "transport error.");
	ck_assert_uint_eq(counter_get(&e.rig.loop[0]->counters, COUNTER_FLOODS), 1);
}
END_TEST

START_TEST(packets_that_mean_nothing_here_are_passed_over)
{
	engine_opens_websocket(&e, peer);
	peer_sends(peer, "6");
	peer_sends(peer, "5");
	peer_sends(peer, "0{}");
	peer_sends(peer, "4x");
	peer_receives(peer, "4x");
	ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_close_packet_closes_the_websocket)
{
	engine_opens_websocket(&e, peer);
	peer_sends(peer, "1");
	peer_takes_close(peer, 1005);
	engine_is_gone(&e, other);
	ck_assert_str_eq(told, "transport close.");
}
END_TEST

START_TEST(a_payload_above_the_limit_is_413_or_1009)
{
	char big[1002] = {0};

	memset(big, '4', 1001);
	engine_opens(&e, peer);
	peer_asks(peer, "POST", engine_target(&e, "polling"), "", big);
	peer_gets(peer, 413, "");
	engine_opens_websocket(&e, other);
	peer_sends(other, big);
	peer_takes_close(other, 1009);
	ck_assert_str_eq(told, "");
	peer_ends(other);
	ck_assert_str_eq(told, "transport close.");
}
END_TEST

START_TEST(a_lost_websocket_ends_the_session_at_once)
{
	engine_opens_websocket(&e, peer);
	peer_ends(peer);
	ck_assert_str_eq(told, "transport close.");
	ck_assert_ptr_null(engine_session(&e));
}
END_TEST

START_TEST(the_wrong_transport_is_a_bad_request)
{
	engine_opens_websocket(&e, peer);
	engine_polls(&e, other);
	peer_gets(other, 400, "{\"code\":3,\"message\":\"Bad request\"}");
	peer_sends(peer, "4still");
	peer_receives(peer, "4still");
}
END_TEST

/* --- ends from this side ----------------------------------------------------------------- */

START_TEST(what_is_queued_is_fetched_by_a_last_poll)
{
	engine_opens(&e, peer);
	engine_posts(&e, peer, "4bye");
	ck_assert_str_eq(told, "forced close.");
	engine_posts(&e, peer, "4not heard any more");
	engine_polls_for(&e, peer,
			 "4bye\x1e"
			 "1");
	engine_is_gone(&e, peer);
	ck_assert_str_eq(told, "forced close.");
}
END_TEST

START_TEST(a_last_poll_that_does_not_come_is_not_waited_for_long)
{
	engine_opens(&e, peer);
	engine_posts(&e, peer, "4bye");
	rig_pass(&e.rig, 4999);
	ck_assert_ptr_nonnull(engine_session(&e));
	rig_pass(&e.rig, 1);
	engine_is_gone(&e, peer);
}
END_TEST

START_TEST(a_waiting_poll_hears_the_end)
{
	engine_opens(&e, peer);
	engine_polls(&e, peer);
	session_close(engine_session(&e), "forced close");
	rig_turn(&e.rig);
	peer_gets(peer, 200, "1");
	engine_is_gone(&e, peer);
}
END_TEST

START_TEST(a_client_between_two_polls_hears_the_end_by_the_next)
{
	engine_opens(&e, peer);
	session_close(engine_session(&e), "forced close");
	ck_assert_str_eq(told, "forced close.");
	engine_polls_for(&e, peer, "1");
	engine_is_gone(&e, peer);
}
END_TEST

START_TEST(a_closed_session_does_not_wait_for_its_last_poll_for_ever)
{
	engine_opens(&e, peer);
	session_close(engine_session(&e), "forced close");
	rig_pass(&e.rig, 5000);
	engine_is_gone(&e, peer);
}
END_TEST

START_TEST(the_last_polls_bring_no_more_packets_than_others)
{
	tear_down();
	open_rig("    poll_packets: 2\n", 1);
	engine_opens(&e, peer);
	engine_polls(&e, peer);
	say(engine_session(&e), WS_TEXT, STR("4a"));
	say(engine_session(&e), WS_TEXT, STR("4b"));
	say(engine_session(&e), WS_TEXT, STR("4c"));
	session_close(engine_session(&e), "forced close");
	rig_turn(&e.rig);
	peer_gets(peer, 200,
		  "4a\x1e"
		  "4b");
	engine_polls_for(&e, peer,
			 "4c\x1e"
			 "1");
	engine_is_gone(&e, peer);
	ck_assert_str_eq(told, "forced close.");
}
END_TEST

START_TEST(a_poll_that_hears_of_a_sudden_end_is_no_longer_than_others)
{
	tear_down();
	open_rig("    poll_packets: 2\n", 1);
	engine_opens(&e, peer);
	engine_polls(&e, peer);
	say(engine_session(&e), WS_TEXT, STR("4a"));
	say(engine_session(&e), WS_TEXT, STR("4b"));
	say(engine_session(&e), WS_TEXT, STR("4c"));
	sessions_fini(&e.sessions[0]);
	rig_turn(&e.rig);
	peer_gets(peer, 200,
		  "4a\x1e"
		  "1");
}
END_TEST

START_TEST(closing_a_websocket_session_sends_what_was_queued)
{
	engine_opens_websocket(&e, peer);
	peer_sends(peer, "4bye");
	peer_receives(peer, "4bye");
	peer_takes_close(peer, 1005);
	peer_hears_nothing(peer);
	ck_assert_str_eq(told, "forced close.");
}
END_TEST

START_TEST(a_session_may_close_another_while_it_closes)
{
	engine_opens(&e, peer);
	to_close = engine_session(&e);
	engine_posts(&e, peer, "4queued");
	engine_opens(&e, other);
	session_close(engine_session(&e), "first");
	ck_assert_str_eq(told, "first.by the other.");
	rig_turn(&e.rig);
}
END_TEST

START_TEST(a_client_that_takes_nothing_is_ended_when_its_queue_is_full)
{
	char text[402] = "4";

	memset(text + 1, 'x', 400);
	if (_i)
		engine_opens_websocket(&e, peer);
	else
		engine_opens(&e, peer);
	peer->memory.window_bytes = 0;
	for (int i = 0; i < 5; i++)
		say(engine_session(&e), WS_TEXT, str_from(text));
	ck_assert(session_is_lagging(engine_session(&e)));
	ck_assert_str_eq(told, "");
	say(engine_session(&e), WS_TEXT, str_from(text));
	rig_pass(&e.rig, 1);
	ck_assert_str_eq(told, "transport error.");
	ck_assert_uint_eq(e.sessions[0].by_id.places.n, 0);
}
END_TEST

START_TEST(all_sessions_close_with_their_loop)
{
	engine_opens(&e, peer);
	engine_posts(&e, peer, "4queued");
	engine_opens(&e, peer);
	engine_polls(&e, peer);
	engine_opens_websocket(&e, other);
	sessions_close_all(&e.sessions[0], "server shutting down");
	rig_turn(&e.rig);
	peer_gets(peer, 200, "1");
	peer_takes_close(other, 1005);
	ck_assert_str_eq(
		told, "server shutting down.server shutting down.server shutting down.");
}
END_TEST

Suite *
session_suite(void)
{
	Suite *s = suite_create("session");
	TCase *t = tcase_create("messages"), *beat = tcase_create("heartbeat"),
	      *rules = tcase_create("rules"), *ends = tcase_create("ends");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, what_is_posted_comes_back_with_the_next_poll);
	tcase_add_test(t, packets_of_one_body_come_back_in_one_body_in_order);
	tcase_add_test(t, a_poll_brings_no_more_packets_than_it_may);
	tcase_add_test(t, a_websocket_brings_text_and_bytes);
	tcase_add_test(t, requests_on_another_loop_find_their_session);
	tcase_add_checked_fixture(beat, set_up, tear_down);
	tcase_add_test(beat, a_poll_hears_the_ping_at_its_millisecond);
	tcase_add_test(beat, a_session_without_a_sign_of_life_dies_at_its_millisecond);
	tcase_add_test(beat, one_long_sleep_ends_it_as_well);
	tcase_add_test(beat, the_next_ping_comes_an_interval_after_the_pong);
	tcase_add_test(beat, messages_are_no_sign_of_life);
	tcase_add_test(beat, a_pong_that_nobody_asked_for_puts_the_next_ping_off);
	tcase_add_test(beat, clients_of_protocol_3_ping_themselves);
	tcase_add_checked_fixture(rules, set_up, tear_down);
	tcase_add_test(rules, a_second_poll_ends_both_and_the_session);
	tcase_add_test(rules, a_second_post_ends_the_session);
	tcase_add_test(rules, a_cancelled_poll_ends_the_session);
	tcase_add_test(rules, a_cancelled_post_does_not);
	tcase_add_test(rules, a_close_packet_releases_the_poll_with_a_noop);
	tcase_add_test(rules, packets_behind_a_close_are_not_read);
	tcase_add_loop_test(rules, a_body_that_is_none_ends_the_session, 0,
			    sizeof(bad_bodies) / sizeof(bad_bodies[0]));
	tcase_add_loop_test(rules, a_websocket_packet_that_is_none_closes_it, 0, 3);
	tcase_add_test(rules, a_body_of_packets_that_bring_nothing_is_a_flood);
	tcase_add_test(rules, packets_that_mean_nothing_here_are_passed_over);
	tcase_add_test(rules, a_close_packet_closes_the_websocket);
	tcase_add_test(rules, a_payload_above_the_limit_is_413_or_1009);
	tcase_add_test(rules, a_lost_websocket_ends_the_session_at_once);
	tcase_add_test(rules, the_wrong_transport_is_a_bad_request);
	tcase_add_checked_fixture(ends, set_up, tear_down);
	tcase_add_test(ends, what_is_queued_is_fetched_by_a_last_poll);
	tcase_add_test(ends, a_last_poll_that_does_not_come_is_not_waited_for_long);
	tcase_add_test(ends, a_waiting_poll_hears_the_end);
	tcase_add_test(ends, a_client_between_two_polls_hears_the_end_by_the_next);
	tcase_add_test(ends, a_closed_session_does_not_wait_for_its_last_poll_for_ever);
	tcase_add_test(ends, the_last_polls_bring_no_more_packets_than_others);
	tcase_add_test(ends, a_poll_that_hears_of_a_sudden_end_is_no_longer_than_others);
	tcase_add_test(ends, closing_a_websocket_session_sends_what_was_queued);
	tcase_add_test(ends, a_session_may_close_another_while_it_closes);
	tcase_add_loop_test(
		ends, a_client_that_takes_nothing_is_ended_when_its_queue_is_full, 0, 2);
	tcase_add_test(ends, all_sessions_close_with_their_loop);
	suite_add_tcase(s, t);
	suite_add_tcase(s, beat);
	suite_add_tcase(s, rules);
	suite_add_tcase(s, ends);
	return s;
}
