/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>
#include <pthread.h>

static void
setup(void)
{
	fake_new(NULL, 0);
	fake_open();
	fake_enter(0);
}

START_TEST(a_broadcast_names_its_target)
{
	struct tg_str rooms[] = {TG("a"), TG("b")}, except[] = {TG("c")};
	struct tg_target to = {.size = sizeof(to),
			       .nsp = TG("/chat"),
			       .rooms = rooms,
			       .rooms_n = 2,
			       .except = except,
			       .except_n = 1,
			       .is_volatile = true,
			       .local = true};

	ck_assert_int_eq(tg_broadcast(&to, TG("e"), TG_JSON("1")), TG_OK);
	ck_assert_str_eq(fake_broadcasts(), "/chat [a b] -[c] volatile local e 1\n");
	to = (struct tg_target){.size = sizeof(to)};
	ck_assert_int_eq(tg_broadcast(&to, TG("e"), TG_JSON("1")), TG_OK);
	ck_assert_str_eq(fake_broadcasts(), "/ [] -[] e 1\n");
	ck_assert_int_eq(tg_to_room(TG("user:42"), TG("e"), TG_NO_ARGS), TG_OK);
	ck_assert_str_eq(fake_broadcasts(), "/ [user:42] -[] e \n");
	ck_assert_int_eq(tg_broadcast(&to, TG("e"), TG_JSON("}")), TG_E_ARGUMENT);
	to.size = 0;
	ck_assert_int_eq(tg_broadcast(&to, TG("e"), TG_JSON("1")), TG_E_ARGUMENT);
	ck_assert_str_eq(fake_broadcasts(), "");
}
END_TEST

START_TEST(the_others_are_all_but_one)
{
	struct socket *s = fake_alice(0);
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "/ [] -[%.*s] e 1\n", SOCKET_ID_BYTES,
		 socket_id(s).ptr);
	ck_assert_int_eq(
		tg_to_others((struct tg_socket *)(void *)s, TG("e"), TG_JSON("1")),
		TG_OK);
	ck_assert_str_eq(fake_broadcasts(), wanted);
}
END_TEST

START_TEST(many_join_leave_and_are_thrown_out)
{
	struct tg_str room = TG("a");
	struct tg_target who = {.size = sizeof(who), .rooms = &room, .rooms_n = 1};

	ck_assert_int_eq(tg_join_all(&who, TG("r")), TG_OK);
	ck_assert_int_eq(tg_leave_all(&who, TG("r")), TG_OK);
	ck_assert_int_eq(tg_disconnect_all(&who, true), TG_OK);
	ck_assert_str_eq(fake_broadcasts(), "/ [a] -[] join r \n/ [a] -[] leave r \n"
					    "/ [a] -[] drop close \n");
}
END_TEST

static int visits[FAKE_LOOPS], nobodies, dones;

static void
visit(struct tg_socket *s, void *arg)
{
	ck_assert_ptr_eq(arg, visits);
	if (!s)
		nobodies++;
	else
		visits[loop_current()->id]++;
}

static void
done(void *arg)
{
	ck_assert_ptr_eq(arg, visits);
	dones++;
}

START_TEST(a_function_runs_on_the_loop_of_a_socket)
{
	struct socket *s = fake_alice(1);
	struct tg_str id = {socket_id(s).ptr, SOCKET_ID_BYTES};

	fake_enter(0);
	ck_assert_int_eq(tg_on_socket(id, visit, visits), TG_OK);
	ck_assert_int_eq(visits[1], 0);
	fake_turn();
	ck_assert_int_eq(visits[1], 1);
	fake_disconnect(s, "transport close");
	fake_enter(0);
	ck_assert_int_eq(tg_on_socket(id, visit, visits), TG_OK);
	fake_turn();
	ck_assert_int_eq(nobodies, 1);
	ck_assert_int_eq(tg_on_socket(TG("too short"), visit, visits), TG_E_NOT_FOUND);
	ck_assert_int_eq(tg_on_socket(TG("9-of-no-loop-of-ours"), visit, visits),
			 TG_E_NOT_FOUND);
}
END_TEST

START_TEST(all_loops_are_visited_and_then_it_is_done)
{
	fake_alice(0);
	fake_alice(1);
	fake_alice(1);
	ck_assert_int_eq(tg_visit(TG(""), TG("user:alice"), visit, done, visits), TG_OK);
	ck_assert_int_eq(dones, 0);
	fake_turn();
	ck_assert_int_eq(visits[0], 1);
	ck_assert_int_eq(visits[1], 2);
	ck_assert_int_eq(dones, 1);
	ck_assert_int_eq(tg_visit(TG("/"), TG("nobody here"), visit, NULL, visits),
			 TG_OK);
	fake_turn();
	ck_assert_int_eq(visits[0] + visits[1], 3);
}
END_TEST

static void
setup_early(void)
{
	fake_new(NULL, 0);
}

START_TEST(before_there_are_loops_nothing_can_be_sent)
{
	struct tg_target to = {.size = sizeof(to)};

	ck_assert_int_eq(tg_broadcast(&to, TG("e"), TG_NO_ARGS), TG_E_STATE);
	ck_assert_int_eq(tg_join_all(&to, TG("e")), TG_E_STATE);
	ck_assert_int_eq(tg_send_update(TG("c"), TG("{}"), TG("")), TG_E_STATE);
	ck_assert_int_eq(tg_visit(TG("/"), TG(""), visit, done, visits), TG_E_STATE);
	ck_assert_int_eq(tg_on_socket(TG("0-of-no-loop-of-ours"), visit, visits),
			 TG_E_STATE);
	ck_assert_int_eq(tg_in_pool(done, visits), TG_E_STATE);
	fake_open();
}
END_TEST

Suite *
api_room_suite(void)
{
	Suite *s = suite_create("api_room");
	TCase *t = tcase_create("api_room"), *early = tcase_create("early");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, a_broadcast_names_its_target);
	tcase_add_test(t, the_others_are_all_but_one);
	tcase_add_test(t, many_join_leave_and_are_thrown_out);
	tcase_add_test(t, a_function_runs_on_the_loop_of_a_socket);
	tcase_add_test(t, all_loops_are_visited_and_then_it_is_done);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(early, setup_early, fake_free);
	tcase_add_test(early, before_there_are_loops_nothing_can_be_sent);
	suite_add_tcase(s, early);
	return s;
}
