/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client that comes back to a loop which has not seen yet what the other one has. Offsets
 * and tickets: recovery_log_test.c, ticket_test.c. */
#include "hub/recovery.h"

#include "hub/recovery_inside.h"
#include "hub/socket_inside.h"
#include "net/loop.h"
#include "unit/hub/hub_rig.h"
#include "unit/hub/suites.h"

#include <stdio.h>

static struct hub_rig h;
static struct peer *back;
static char sid[SOCKET_ID_BYTES + 1], packet[256];

/* One more event of somebody without a loop passes this loop. */
static void
pass(size_t loop)
{
	struct event_out event = {.name = STR("news"), .args = STR("1")};
	struct target to = {.nsp = STR("/")};
	struct message *m = message_new(STR("/"), &event);

	recovery_note(h.hub[loop],
		      (struct recovery_offset){1, recovery_strangers(&h.hubs)}, &to, m);
	message_unref(m);
}

/* Lost on the first loop, and asking for its return on the second, which is behind. */
static void
set_up(void)
{
	struct event_out event = {.name = STR("x"), .args = STR("1")};
	struct recovery_offset last = {.number = 1};
	char offset[RECOVERY_OFFSET_BYTES];
	struct peer *lost;

	hub_rig_open(&h, "    recovery: 1m\n", 2);
	last.sender = recovery_broadcasters_n(&h.hubs);
	lost = peer_open(&h.e.rig, 0);
	engine_opens_websocket(&h.e, lost);
	peer_sends(lost, "40");
	snprintf(sid, sizeof(sid), "%.*s", STR_ARG(socket_id(h.newest)));
	snprintf(packet, sizeof(packet), "40{\"pid\":\"%.*s\",\"offset\":\"%.*s\"}",
		 TICKET_PID_BYTES, socket_ticket(h.newest)->pid,
		 STR_ARG(recovery_offset_text(last, offset)));
	ck_assert_int_eq(socket_emit(h.newest, &event, false), 0);
	peer_ends(lost);
	pass(0);
	back = peer_open(&h.e.rig, 1);
	engine_opens_websocket(&h.e, back);
	peer_sends(back, "40/static,"); /* who is in somewhere may take its time */
	h.told[0] = '\0';
	peer_sends(back, packet);
	hub_told(&h, "");
}

static void
tear_down(void)
{
	hub_rig_close(&h);
}

static uint64_t
mails(void)
{
	return counter_get(&h.e.rig.loop[1]->counters, COUNTER_MAILS);
}

START_TEST(it_goes_on_when_the_loop_has_seen_what_it_lacked)
{
	uint64_t before = mails();

	rig_pass(&h.e.rig, 500);
	ck_assert_uint_eq(mails(), before); /* it waits, and keeps nobody busy */
	hub_told(&h, "");
	pass(1);
	rig_turn(&h.e.rig);
	ck_assert_str_eq(h.told, strstr(h.told, "connect / "));
	ck_assert_mem_eq(socket_id(h.newest).ptr, sid, SOCKET_ID_BYTES);
}
END_TEST

START_TEST(after_a_second_it_starts_afresh)
{
	rig_pass(&h.e.rig, 999);
	hub_told(&h, "");
	rig_pass(&h.e.rig, 1);
	ck_assert_str_eq(h.told, strstr(h.told, "connect / "));
	ck_assert_mem_ne(socket_id(h.newest).ptr, sid, SOCKET_ID_BYTES);
	ck_assert_uint_eq(
		counter_get(&h.e.rig.loop[1]->counters, COUNTER_RECOVERY_REFUSED), 1);
}
END_TEST

START_TEST(a_client_that_leaves_meanwhile_is_not_waited_for)
{
	peer_ends(back);
	pass(1);
	rig_turn(&h.e.rig);
	hub_told(&h, "disconnect transport close; ");
}
END_TEST

START_TEST(the_end_of_the_loop_ends_the_waiting)
{
	ck_assert(!list_is_empty(&h.hub[1]->recovery->behind));
}
END_TEST

Suite *
recovery_behind_suite(void)
{
	Suite *s = suite_create("recovery_behind");
	TCase *t = tcase_create("behind");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, it_goes_on_when_the_loop_has_seen_what_it_lacked);
	tcase_add_test(t, after_a_second_it_starts_afresh);
	tcase_add_test(t, a_client_that_leaves_meanwhile_is_not_waited_for);
	tcase_add_test(t, the_end_of_the_loop_ends_the_waiting);
	suite_add_tcase(s, t);
	return s;
}
