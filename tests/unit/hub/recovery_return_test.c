/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients that come back by another loop than the one they were lost on. */
#include "hub/recovery.h"

#include "base/errors.h"
#include "net/loop.h"
#include "unit/hub/recovery_rig.h"
#include "unit/hub/suites.h"

#include <stdio.h>

static void
set_up(void)
{
	recovery_rig_open("", 2);
}

static struct str
sid(void)
{
	return (struct str){recovery.sid, SOCKET_ID_BYTES};
}

static uint64_t
count(size_t loop, enum counter which)
{
	return counter_get(&recovery.h.e.rig.loop[loop]->counters, which);
}

START_TEST(it_goes_on_there_with_what_it_missed)
{
	ck_assert_int_eq(socket_join(recovery_socket(), STR("room")), 0);
	recovery_loses();
	recovery_broadcasts(0, "room", "one");
	recovery_broadcasts(1, "room", "two");
	ck_assert(recovery_returns(1));
	ck_assert_ptr_eq(hub_find_socket(recovery.h.hub[1], sid()), recovery_socket());
	recovery_hears("one");
	recovery_hears("two");
	recovery_broadcasts(0, "room", "three");
	recovery_hears("three");
	recovery_emits("four");
	recovery_hears("four");
	peer_hears_nothing(recovery.peer);
}
END_TEST

START_TEST(it_may_go_to_and_fro)
{
	for (int i = 0; i < 6; i++) {
		recovery_loses();
		recovery_broadcasts((size_t)i % 2, "", "missed");
		ck_assert(recovery_returns((size_t)i / 2 % 2));
		recovery_hears("missed");
		recovery_broadcasts((size_t)i % 2, "", "heard");
		recovery_hears("heard");
		peer_hears_nothing(recovery.peer);
	}
	ck_assert_uint_eq(count(0, COUNTER_RECOVERY_KEPT), 0);
	ck_assert_uint_eq(count(1, COUNTER_RECOVERY_KEPT), 0);
}
END_TEST

static struct socket *found;
static int calls;

static void
on_call(struct socket *s, void *arg)
{
	(void)arg;
	found = s;
	calls++;
}

START_TEST(a_call_finds_it_wherever_it_went)
{
	for (size_t loop = 2; loop-- > 0;) {
		recovery_loses();
		ck_assert(recovery_returns(loop));
		for (size_t from = 0; from < 2; from++) {
			loop_turn(recovery.h.e.rig.loop[from], false);
			ck_assert_int_eq(hub_call(&recovery.h.hubs, sid(), on_call, NULL),
					 0);
			rig_turn(&recovery.h.e.rig);
			ck_assert_ptr_eq(found, recovery_socket());
		}
	}
	ck_assert_int_eq(calls, 4);
}
END_TEST

static void
emit_lost(struct socket *s, void *arg)
{
	struct event_out event = {.name = STR("late")};
	int loop = loop_current()->id;

	ck_assert_ptr_null(s);
	*(int *)arg = hub_emit_lost(recovery.h.hub[loop], sid(), &event);
}

START_TEST(what_waits_for_it_waits_where_it_was_lost)
{
	int error = 1;

	recovery_loses();
	ck_assert(recovery_returns(1));
	recovery_loses();
	ck_assert_int_eq(hub_call(&recovery.h.hubs, sid(), emit_lost, &error), 0);
	rig_turn(&recovery.h.e.rig);
	ck_assert_int_eq(error, 0);
	ck_assert(recovery_returns(0));
	recovery_hears("late");
	peer_hears_nothing(recovery.peer);
}
END_TEST

/* It was lost on one loop and asks on another one, which does not let it in before an event
 * for it came: while it was asked for, or while it was asked whether it may. */
static void
comes_slowly(size_t loop, bool was_answered)
{
	int error = 1;

	recovery_loses();
	recovery.h.is_slow = true;
	recovery_asks(loop);
	if (was_answered) {
		rig_turn(&recovery.h.e.rig);
	} else {
		loop_turn(recovery.h.e.rig.loop[loop], false); /* asks */
		loop_turn(recovery.h.e.rig.loop[0], false);    /* hands over */
	}
	ck_assert_int_eq(hub_call(&recovery.h.hubs, sid(), emit_lost, &error), 0);
	rig_turn(&recovery.h.e.rig);
	ck_assert_int_eq(error, 0);
	ck_assert_ptr_null(recovery_socket());
	recovery.h.is_slow = false;
}

START_TEST(what_comes_while_it_comes_back_is_not_lost)
{
	comes_slowly((size_t)_i % 2, _i < 2);
	ck_assert_int_eq(socket_accept(recovery.h.newest), 0);
	rig_turn(&recovery.h.e.rig);
	ck_assert(recovery_is_back());
	recovery_hears("late");
	recovery_loses();
	ck_assert(recovery_returns(0));
	peer_hears_nothing(recovery.peer);
}
END_TEST

START_TEST(what_comes_on_its_way_from_a_second_loop_to_a_third_is_not_lost)
{
	recovery_rig_close();
	recovery_rig_open("", 3);
	recovery_loses();
	ck_assert(recovery_returns(1));
	recovery_emits("there");
	recovery_hears("there");
	comes_slowly(2, true);
	ck_assert_int_eq(socket_accept(recovery.h.newest), 0);
	rig_turn(&recovery.h.e.rig);
	ck_assert(recovery_is_back());
	recovery_hears("late");
	recovery_emits("more");
	recovery_hears("more");
}
END_TEST

START_TEST(nobody_looks_for_who_was_not_let_in)
{
	int loop;

	recovery_rig_close();
	recovery_rig_open("", 3);
	recovery_loses();
	ck_assert(recovery_returns(1));
	comes_slowly(_i ? 2 : 0, true);
	ck_assert_int_eq(socket_refuse(recovery.h.newest, STR("no"), STR("")), 0);
	rig_turn(&recovery.h.e.rig);
	for (size_t i = 0; i < 3; i++)
		ck_assert(!recovery_forward(recovery.h.hub[i], sid(), &loop));
}
END_TEST

START_TEST(who_is_gone_before_the_answer_is_gone_for_good)
{
	struct peer *p = peer_open(&recovery.h.e.rig, 1);
	char packet[128];

	recovery_loses();
	engine_opens_websocket(&recovery.h.e, p);
	snprintf(packet, sizeof(packet), "40{\"pid\":\"%s\",\"offset\":\"%s\"}",
		 recovery.pid, recovery.offset);
	peer_frame(p, WS_TEXT, true, str_from(packet));
	conn_close(p->conn, 0);
	rig_turn(&recovery.h.e.rig);
	ck_assert_uint_eq(count(0, COUNTER_RECOVERY_KEPT), 0);
	ck_assert_ptr_null(recovery_socket());
	ck_assert(!recovery_returns(_i));
}
END_TEST

START_TEST(two_that_show_the_same_are_one_and_a_stranger)
{
	struct peer *thief = peer_open(&recovery.h.e.rig, 1);
	char packet[128];

	recovery_loses();
	engine_opens_websocket(&recovery.h.e, thief);
	snprintf(packet, sizeof(packet), "40{\"pid\":\"%s\",\"offset\":\"%s\"}",
		 recovery.pid, recovery.offset);
	ck_assert(recovery_returns(0));
	peer_sends(thief, packet);
	ck_assert_ptr_null(strstr(peer_takes_text(thief), recovery.sid));
	ck_assert_ptr_nonnull(recovery_socket());
	ck_assert_uint_eq(count(1, COUNTER_RECOVERY_REFUSED), 1);
}
END_TEST

static int dropped_on = -1;

static void
drop(struct keepsake *k)
{
	(void)k;
	ck_assert_int_eq(dropped_on, -1);
	dropped_on = loop_current()->id;
}

static struct keepsake souvenir = {drop};

static struct keepsake *
keep(struct hub_rig *h, struct socket *s)
{
	(void)h;
	(void)s;
	return &souvenir;
}

START_TEST(a_keepsake_goes_with_it)
{
	recovery.h.keep = keep;
	recovery_loses();
	ck_assert(recovery_returns(1));
	if (_i) {
		peer_sends(recovery.peer, "41");
		ck_assert_int_eq(dropped_on, 1);
	} else {
		ck_assert_ptr_eq(socket_take_keepsake(recovery_socket()), &souvenir);
		recovery.h.keep = NULL;
	}
}
END_TEST

Suite *
recovery_return_suite(void)
{
	Suite *s = suite_create("recovery_return");
	TCase *t = tcase_create("recovery_return");

	tcase_add_checked_fixture(t, set_up, recovery_rig_close);
	tcase_add_test(t, it_goes_on_there_with_what_it_missed);
	tcase_add_test(t, it_may_go_to_and_fro);
	tcase_add_test(t, a_call_finds_it_wherever_it_went);
	tcase_add_test(t, what_waits_for_it_waits_where_it_was_lost);
	tcase_add_loop_test(t, what_comes_while_it_comes_back_is_not_lost, 0, 4);
	tcase_add_test(t,
		       what_comes_on_its_way_from_a_second_loop_to_a_third_is_not_lost);
	tcase_add_loop_test(t, nobody_looks_for_who_was_not_let_in, 0, 2);
	tcase_add_loop_test(t, who_is_gone_before_the_answer_is_gone_for_good, 0, 2);
	tcase_add_test(t, two_that_show_the_same_are_one_and_a_stranger);
	tcase_add_loop_test(t, a_keepsake_goes_with_it, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
