/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients that are lost, and what waits for them on their loop. */
#include "hub/recovery.h"

#include "base/errors.h"
#include "net/loop.h"
#include "unit/hub/recovery_rig.h"
#include "unit/hub/suites.h"

#include <stdlib.h>

static void
set_up(void)
{
	recovery_rig_open("", 1);
}

static uint64_t
count(enum counter which)
{
	return counter_get(&recovery.h.e.rig.loop[0]->counters, which);
}

static int
emit_lost(const char *name)
{
	struct event_out event = {.name = str_from(name)};

	return hub_emit_lost(recovery.h.hub[0],
			     (struct str){recovery.sid, SOCKET_ID_BYTES}, &event);
}

START_TEST(a_lost_client_goes_on_as_the_same_socket)
{
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(socket_is_recovered(recovery_socket()), i > 0);
		recovery_loses();
		ck_assert_uint_eq(count(COUNTER_RECOVERY_KEPT), 1);
		ck_assert(recovery_returns(0));
		ck_assert_uint_eq(count(COUNTER_RECOVERY_KEPT), 0);
		peer_hears_nothing(recovery.peer);
	}
	ck_assert_uint_eq(count(COUNTER_RECOVERED), 3);
}
END_TEST

START_TEST(it_hears_what_it_missed_once_and_in_order)
{
	recovery_broadcasts(0, "", "heard");
	recovery_hears("heard");
	recovery_loses();
	recovery_broadcasts(0, "", "one");
	ck_assert_int_eq(emit_lost("two"), 0);
	recovery_broadcasts(0, recovery.sid, "three");
	ck_assert(recovery_returns(0));
	recovery_hears("one");
	recovery_hears("two");
	recovery_hears("three");
	recovery_emits("four");
	recovery_hears("four");
	peer_hears_nothing(recovery.peer);
}
END_TEST

START_TEST(it_is_in_the_rooms_it_was_in)
{
	ck_assert_int_eq(socket_join(recovery_socket(), STR("in")), 0);
	ck_assert_int_eq(socket_join(recovery_socket(), STR("out")), 0);
	socket_leave(recovery_socket(), STR("out"));
	recovery_loses();
	recovery_broadcasts(0, "out", "not this");
	recovery_broadcasts(0, "in", "this");
	ck_assert(recovery_returns(0));
	recovery_hears("this");
	peer_hears_nothing(recovery.peer);
	ck_assert(socket_is_in(recovery_socket(), STR("in")));
	ck_assert(!socket_is_in(recovery_socket(), STR("out")));
}
END_TEST

START_TEST(nothing_waits_for_who_was_never_there)
{
	ck_assert_int_eq(emit_lost("x"), -E_NOT_FOUND); /* it is there */
	recovery_loses();
	ck_assert_int_eq(emit_lost("x"), 0);
	rig_pass(&recovery.h.e.rig, 60000);
	ck_assert_int_eq(emit_lost("x"), -E_NOT_FOUND);
}
END_TEST

START_TEST(after_its_window_it_is_forgotten)
{
	recovery_loses();
	rig_pass(&recovery.h.e.rig, 59999);
	ck_assert_uint_eq(count(COUNTER_RECOVERY_KEPT), 1);
	rig_pass(&recovery.h.e.rig, 1);
	ck_assert_uint_eq(count(COUNTER_RECOVERY_KEPT), 0);
	ck_assert(!recovery_returns(0));
	ck_assert_uint_eq(count(COUNTER_RECOVERY_REFUSED), 1);
	ck_assert(!socket_is_recovered(recovery_socket()));
}
END_TEST

START_TEST(who_leaves_by_himself_is_not_kept)
{
	peer_sends(recovery.peer, "41");
	ck_assert_uint_eq(count(COUNTER_RECOVERY_KEPT), 0);
	ck_assert(!recovery_returns(0));
}
END_TEST

START_TEST(an_offset_or_a_pid_that_is_not_his_is_a_fresh_start)
{
	recovery_loses();
	strcpy(_i ? recovery.pid : recovery.offset,
	       _i ? "AAAAAAAAAAAAAAAAAAAA" : "0.ffff");
	ck_assert(!recovery_returns(0));
}
END_TEST

START_TEST(only_so_many_are_kept)
{
	struct peer *others[3];

	for (int i = 0; i < 3; i++) {
		others[i] = peer_open(&recovery.h.e.rig, 0);
		engine_opens_websocket(&recovery.h.e, others[i]);
		peer_sends(others[i], "40");
	}
	recovery_loses();
	for (int i = 0; i < 3; i++)
		conn_close(others[i]->conn, 0);
	rig_turn(&recovery.h.e.rig);
	ck_assert_uint_eq(count(COUNTER_RECOVERY_KEPT),
			  2); /* recovery_clients, and one */
	ck_assert_uint_eq(count(COUNTER_RECOVERY_FORGOTTEN), 2);
	ck_assert(!recovery_returns(0)); /* the oldest */
}
END_TEST

START_TEST(what_was_pushed_out_of_the_log_is_never_passed_over)
{
	char text[8192];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	recovery_loses();
	for (int i = 0; i < 20; i++)
		recovery_broadcasts(0, "", text);
	ck_assert(!recovery_returns(0));
	ck_assert_uint_eq(count(COUNTER_RECOVERY_KEPT), 0);
}
END_TEST

/* --- what the floor above wants to find again --------------------------------------------- */

static int dropped;

static void
drop(struct keepsake *k)
{
	(void)k;
	dropped++;
}

static struct keepsake souvenir = {drop};

static struct keepsake *
keep(struct hub_rig *h, struct socket *s)
{
	(void)h;
	ck_assert(!socket_is_connected(s));
	return &souvenir;
}

START_TEST(a_keepsake_waits_with_its_socket)
{
	recovery.h.keep = keep;
	recovery_loses();
	ck_assert(recovery_returns(0));
	ck_assert_ptr_eq(socket_take_keepsake(recovery_socket()), &souvenir);
	ck_assert_ptr_null(socket_take_keepsake(recovery_socket()));
	ck_assert_int_eq(dropped, 0);
}
END_TEST

START_TEST(a_keepsake_that_nobody_takes_is_dropped_once)
{
	recovery.h.keep = keep;
	recovery_loses();
	if (_i == 0)
		rig_pass(&recovery.h.e.rig, 60000);
	else
		ck_assert(recovery_returns(0));
	if (_i == 1)
		peer_sends(recovery.peer, "41");
	if (_i < 2)
		ck_assert_int_eq(dropped, 1);
}
END_TEST

static void
expect_dropped(void)
{
	recovery_rig_close();
	ck_assert_int_le(dropped, 1);
}

static void
set_up_small(void)
{
	recovery_rig_open("recovery_clients: 1\nrecovery_size: 64KiB\n", 1);
}

Suite *
recovery_suite(void)
{
	Suite *s = suite_create("recovery");
	TCase *t = tcase_create("recovery"), *small = tcase_create("bounds"),
	      *souvenirs = tcase_create("keepsakes");

	tcase_add_checked_fixture(t, set_up, recovery_rig_close);
	tcase_add_test(t, a_lost_client_goes_on_as_the_same_socket);
	tcase_add_test(t, it_hears_what_it_missed_once_and_in_order);
	tcase_add_test(t, it_is_in_the_rooms_it_was_in);
	tcase_add_test(t, nothing_waits_for_who_was_never_there);
	tcase_add_test(t, after_its_window_it_is_forgotten);
	tcase_add_test(t, who_leaves_by_himself_is_not_kept);
	tcase_add_loop_test(t, an_offset_or_a_pid_that_is_not_his_is_a_fresh_start, 0, 2);
	tcase_add_checked_fixture(small, set_up_small, recovery_rig_close);
	tcase_add_test(small, only_so_many_are_kept);
	tcase_add_test(small, what_was_pushed_out_of_the_log_is_never_passed_over);
	tcase_add_checked_fixture(souvenirs, set_up, expect_dropped);
	tcase_add_test(souvenirs, a_keepsake_waits_with_its_socket);
	tcase_add_loop_test(souvenirs, a_keepsake_that_nobody_takes_is_dropped_once, 0,
			    3);
	suite_add_tcase(s, t);
	suite_add_tcase(s, small);
	suite_add_tcase(s, souvenirs);
	return s;
}
