/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From polling to WebSocket: nothing lost, nothing twice, nothing out of order. */
#include "session/echo.h"
#include "unit/session/engine_rig.h"
#include "unit/session/suites.h"

#include <stdio.h>
#include <stdlib.h>

#define UPGRADE                                                                          \
	"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"     \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static struct engine_rig e;
static struct peer *poller, *prober;
static char seen[512]; /* packets that the client got, noops left out */

static void
open_rig(size_t loops_n)
{
	engine_rig_open(
		&e, "    dialect: engine-echo\n    auth: none\n    upgrade_timeout: 1s\n",
		loops_n, &echo_engine_app);
	poller = peer_open(&e.rig, 0);
	prober = peer_open(&e.rig, loops_n - 1);
	seen[0] = '\0';
	engine_opens(&e, poller);
}

static void
set_up(void)
{
	open_rig(1);
}

static void
tear_down(void)
{
	engine_rig_close(&e);
}

START_TEST(a_probe_is_answered_and_polls_are_released)
{
	engine_polls(&e, poller);
	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	peer_hears_nothing(prober);
	peer_sends(prober, "2probe");
	peer_receives(prober, "3probe");
	peer_gets(poller, 200, "6");
	engine_polls_for(&e, poller, "6");
	peer_sends(prober, "5");
	peer_sends(prober, "4hello");
	peer_receives(prober, "4hello");
	engine_polls(&e, poller);
	peer_gets(poller, 400, NULL);
	peer_sends(prober, "4still");
	peer_receives(prober, "4still");
}
END_TEST

START_TEST(a_second_upgrade_is_refused_and_the_first_goes_on)
{
	struct peer *second = peer_open(&e.rig, 0);

	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	peer_upgrades(second, engine_target(&e, "websocket"), "");
	peer_takes_close(second, 1008);
	peer_sends(prober, "2probe");
	peer_receives(prober, "3probe");
	peer_sends(prober, "5");
	second = peer_open(&e.rig, 0);
	peer_upgrades(second, engine_target(&e, "websocket"), "");
	peer_takes_close(second, 1008);
	peer_sends(prober, "4hello");
	peer_receives(prober, "4hello");
}
END_TEST

START_TEST(an_upgrade_whose_request_has_a_body_is_refused)
{
	peer_asks(prober, "GET", engine_target(&e, "websocket"), UPGRADE, "x");
	peer_gets(prober, 400, NULL);
	ck_assert(peer_is_closed(prober));
	engine_posts(&e, poller, "4on");
	engine_polls_for(&e, poller, "4on");
}
END_TEST

START_TEST(a_probe_that_does_not_finish_is_dropped_in_time)
{
	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	if (_i) {
		peer_sends(prober, "2probe");
		peer_receives(prober, "3probe");
	}
	rig_pass(&e.rig, 999);
	peer_hears_nothing(prober);
	rig_pass(&e.rig, 1);
	peer_takes_close(prober, 1005);
	engine_posts(&e, poller, "4on");
	engine_polls_for(&e, poller, "4on");
	engine_polls(&e, poller); /* is not released any more */
	peer_hears_nothing(poller);
}
END_TEST

START_TEST(a_probe_that_breaks_the_rules_is_dropped_and_polling_goes_on)
{
	static const char *const wrong[] = {"4early", "2", "abc", "3probe"};

	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	peer_sends(prober, wrong[_i]);
	peer_takes_close(prober, 1005);
	peer_hears_nothing(prober);
	engine_posts(&e, poller, "4on");
	engine_polls_for(&e, poller, "4on");
	peer_upgrades(peer_open(&e.rig, 0), engine_target(&e, "websocket"), "");
}
END_TEST

START_TEST(a_client_may_upgrade_without_asking_first)
{
	engine_polls(&e, poller);
	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	peer_sends(prober, "5");
	peer_gets(poller, 200, "6");
	peer_sends(prober, "4on");
	peer_receives(prober, "4on");
}
END_TEST

START_TEST(a_probe_that_is_lost_leaves_the_session_polling)
{
	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	peer_sends(prober, "2probe");
	peer_ends(prober);
	engine_posts(&e, poller, "4on");
	engine_polls_for(&e, poller, "4on");
}
END_TEST

START_TEST(a_session_that_ends_takes_its_probe_along)
{
	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	engine_polls(&e, poller);
	session_close(engine_session(&e), "forced close");
	rig_turn(&e.rig);
	peer_gets(poller, 200, "1");
	peer_takes_close(prober, 1005);
	peer_sends(prober, "2probe");
	peer_hears_nothing(prober);
}
END_TEST

START_TEST(a_poll_waiting_while_the_upgrade_completes_hears_a_noop)
{
	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	engine_polls(&e, poller);
	peer_frame(prober, WS_TEXT, true, STR("2probe"));
	peer_frame(prober, WS_TEXT, true, STR("5"));
	rig_turn(&e.rig);
	peer_gets(poller, 200, "6");
	peer_receives(prober, "3probe");
}
END_TEST

/* --- every interleaving ------------------------------------------------------------------ */

enum { GAPS = 5, MOST = 2 };

static int said_n;

static void
server_says(int n)
{
	struct session *s = engine_session(&e);
	char text[16];

	for (int i = 0; i < n; i++) {
		struct frame *f;

		snprintf(text, sizeof(text), "4%d", said_n++);
		f = ws_frame_of(WS_TEXT, str_from(text));
		ck_assert_int_eq(session_send(s, f), 0);
		frame_unref(f);
	}
}

static void
see(struct str packets)
{
	while (packets.ptr) {
		struct str packet = str_cut(&packets, '\x1e');

		if (packet.len && packet.ptr[0] == '4')
			snprintf(seen + strlen(seen), 16, "%.*s ",
				 STR_ARG(str_skip(packet, 1)));
	}
}

/* What the poll brought, if it ended. Returns whether it did. */
static bool
collect_poll(void)
{
	if (!poller->memory.to_client.len)
		return false;
	peer_gets(poller, 200, NULL);
	see(str_from(poller->body));
	return true;
}

static void
collect_socket(void)
{
	struct buf *in = &prober->memory.to_client;

	while (in->len) {
		size_t n = (uint8_t)in->data[1];

		ck_assert_uint_lt(n, 126);
		see((struct str){in->data + 2, n});
		stream_memory_read(&prober->memory, 2 + n);
	}
}

/* Gap g gets counts[g] messages; turns says, a bit for each gap, whether the turn ends there. */
static void
play(const int *counts, unsigned turns)
{
	bool is_polling;
	int g = 0;

	engine_polls(&e, poller);
	is_polling = true;
#define GAP()                                                                            \
	do {                                                                             \
		server_says(counts[g]);                                                  \
		if (turns >> g & 1)                                                      \
			rig_turn(&e.rig);                                                \
		g++;                                                                     \
		if (is_polling && collect_poll())                                        \
			is_polling = false;                                              \
	} while (0)
	GAP();
	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	if (is_polling && collect_poll())
		is_polling = false;
	if (!is_polling) { /* a client goes on polling until its probe is answered */
		engine_polls(&e, poller);
		is_polling = !collect_poll();
	}
	GAP();
	peer_frame(prober, WS_TEXT, true, STR("2probe"));
	GAP();
	rig_turn(&e.rig);
	if (is_polling)
		ck_assert(collect_poll());
	is_polling = false;
	GAP();
	peer_frame(prober, WS_TEXT, true, STR("5"));
	GAP();
	rig_turn(&e.rig);
#undef GAP
	collect_socket();
}

START_TEST(messages_arrive_once_and_in_order_whenever_they_are_sent)
{
	for (unsigned turns = 0; turns < 1u << GAPS; turns += 1 + (turns & 1) * 2) {
		int counts[GAPS], n = _i;
		char wanted[512] = "";

		said_n = 0;
		for (int g = 0; g < GAPS; g++, n /= MOST + 1)
			counts[g] = n % (MOST + 1);
		play(counts, turns);
		for (int i = 0; i < said_n; i++)
			snprintf(wanted + strlen(wanted), 16, "%d ", i);
		ck_assert_str_eq(seen, wanted);
		tear_down();
		set_up();
	}
}
END_TEST

START_TEST(an_upgrade_may_come_by_another_loop)
{
	tear_down();
	open_rig(2);
	engine_polls(&e, poller);
	peer_upgrades(prober, engine_target(&e, "websocket"), "");
	peer_sends(prober, "2probe");
	peer_receives(prober, "3probe");
	peer_gets(poller, 200, "6");
	peer_sends(prober, "5");
	peer_sends(prober, "4hello");
	peer_receives(prober, "4hello");
	ck_assert_ptr_eq(prober->conn->loop, e.rig.loop[0]);
}
END_TEST

Suite *
upgrade_suite(void)
{
	Suite *s = suite_create("upgrade");
	TCase *t = tcase_create("upgrade");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_probe_is_answered_and_polls_are_released);
	tcase_add_test(t, a_second_upgrade_is_refused_and_the_first_goes_on);
	tcase_add_test(t, an_upgrade_whose_request_has_a_body_is_refused);
	tcase_add_loop_test(t, a_probe_that_does_not_finish_is_dropped_in_time, 0, 2);
	tcase_add_loop_test(
		t, a_probe_that_breaks_the_rules_is_dropped_and_polling_goes_on, 0, 4);
	tcase_add_test(t, a_client_may_upgrade_without_asking_first);
	tcase_add_test(t, a_probe_that_is_lost_leaves_the_session_polling);
	tcase_add_test(t, a_session_that_ends_takes_its_probe_along);
	tcase_add_test(t, a_poll_waiting_while_the_upgrade_completes_hears_a_noop);
	tcase_add_loop_test(t, messages_arrive_once_and_in_order_whenever_they_are_sent,
			    0, 243);
	tcase_add_test(t, an_upgrade_may_come_by_another_loop);
	suite_add_tcase(s, t);
	return s;
}
