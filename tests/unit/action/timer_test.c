/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/timer.h"
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>
#include <pthread.h>

static int fired, fired_on = -1;
static struct tg_timer timer;

static void
fire(void *arg)
{
	(void)arg;
	fired++;
	fired_on = loop_current()->id;
}

static void
fire_and_stop(void *arg)
{
	fire(arg);
	*(int *)arg = tg_timer_stop(timer);
}

static void
fire_and_start(void *arg)
{
	fire(arg);
	if (fired < 3)
		ck_assert_int_eq(tg_timer_start(10, 0, fire_and_start, NULL, NULL, NULL),
				 TG_OK);
}

static void
setup(void)
{
	fake_new(NULL, 0);
	fake_open();
	fake_enter(1);
}

START_TEST(once_is_once_and_on_the_loop_of_the_caller)
{
	ck_assert_int_eq(tg_timer_start(100, 0, fire, NULL, NULL, &timer), TG_OK);
	fake_wait(99);
	ck_assert_int_eq(fired, 0);
	fake_wait(1);
	ck_assert_int_eq(fired, 1);
	ck_assert_int_eq(fired_on, 1);
	fake_wait(1000);
	ck_assert_int_eq(fired, 1);
	ck_assert_int_eq(tg_timer_stop(timer), TG_E_LATE);
}
END_TEST

START_TEST(a_repeating_one_goes_on_until_it_is_stopped)
{
	ck_assert_int_eq(tg_timer_start(100, 50, fire, NULL, NULL, &timer), TG_OK);
	fake_wait(100);
	fake_wait(50);
	fake_wait(50);
	ck_assert_int_eq(fired, 3);
	fake_enter(1);
	ck_assert_int_eq(tg_timer_stop(timer), TG_OK);
	fake_wait(500);
	ck_assert_int_eq(fired, 3);
	ck_assert_int_eq(tg_timer_stop(timer), TG_E_LATE);
}
END_TEST

START_TEST(it_may_be_stopped_by_its_own_function)
{
	int error = -1;

	ck_assert_int_eq(tg_timer_start(1, 1, fire_and_stop, &error, NULL, &timer),
			 TG_OK);
	fake_wait(1);
	fake_wait(10);
	ck_assert_int_eq(fired, 1);
	ck_assert_int_eq(error, TG_OK);
}
END_TEST

START_TEST(a_single_shot_may_start_the_next)
{
	ck_assert_int_eq(tg_timer_start(10, 0, fire_and_start, NULL, NULL, NULL), TG_OK);
	for (int i = 0; i < 5; i++)
		fake_wait(10);
	ck_assert_int_eq(fired, 3);
}
END_TEST

START_TEST(another_loop_stops_it_by_mail)
{
	ck_assert_int_eq(tg_timer_start(100, 50, fire, NULL, NULL, &timer), TG_OK);
	fake_enter(0);
	ck_assert_int_eq(tg_timer_stop(timer), TG_OK);
	fake_wait(1000);
	ck_assert_int_eq(fired, 0);
}
END_TEST

static void *
start_elsewhere(void *arg)
{
	*(int *)arg = tg_timer_start(100, 0, fire, NULL, NULL, &timer);
	return NULL;
}

START_TEST(one_of_another_thread_runs_on_the_first_loop)
{
	pthread_t thread;
	int error = -1;

	pthread_create(&thread, NULL, start_elsewhere, &error);
	pthread_join(thread, NULL);
	ck_assert_int_eq(error, TG_OK);
	fake_turn();
	fake_wait(100);
	ck_assert_int_eq(fired, 1);
	ck_assert_int_eq(fired_on, 0);
}
END_TEST

static void
setup_in_init(void)
{
	fake_new(NULL, 0);
	ck_assert_int_eq(tg_timer_start(100, 0, fire, NULL, NULL, NULL), TG_OK);
	ck_assert_int_eq(tg_timer_start(100, 0, fire, NULL, NULL, &timer), TG_OK);
	ck_assert_int_eq(tg_timer_stop(timer), TG_OK);
	fake_open();
}

START_TEST(one_of_init_begins_with_the_loops)
{
	fake_wait(100);
	ck_assert_int_eq(fired, 1);
	ck_assert_int_eq(fired_on, 0);
}
END_TEST

static int freed;

static void
count_free(void *arg)
{
	ck_assert_ptr_eq(arg, &freed);
	freed++;
}

START_TEST(the_argument_is_given_back_however_a_timer_ends)
{
	ck_assert_int_eq(tg_timer_start(10, 0, fire, &freed, count_free, NULL), TG_OK);
	fake_wait(9);
	ck_assert_int_eq(freed, 0);
	fake_wait(1);
	ck_assert_int_eq(freed, 1); /* fired */
	fake_enter(1);
	ck_assert_int_eq(tg_timer_start(10, 10, fire, &freed, count_free, &timer), TG_OK);
	ck_assert_int_eq(tg_timer_stop(timer), TG_OK);
	ck_assert_int_eq(freed, 2); /* stopped */
	ck_assert_int_eq(tg_timer_start(10, 10, fire, &freed, count_free, &timer), TG_OK);
	fake_enter(0);
	ck_assert_int_eq(tg_timer_stop(timer), TG_OK);
	fake_turn();
	ck_assert_int_eq(freed, 3); /* stopped from elsewhere */
	ck_assert_int_eq(tg_timer_start(10, 10, fire, &freed, count_free, NULL), TG_OK);
	timer_forget(fake.actions, &fake.host);
	ck_assert_int_eq(freed, 4); /* its plugin is refused */
	fake_wait(100);
	ck_assert_int_eq(freed, 4);
	ck_assert_int_eq(fired, 1);
	ck_assert_int_eq(tg_timer_start(10, 10, fire, &freed, count_free, NULL), TG_OK);
}
END_TEST

static void
teardown(void)
{
	fake_free();
	if (freed)
		ck_assert_int_eq(freed, 5); /* the loops ended */
}

START_TEST(timers_left_at_the_end_are_forgotten)
{
	ck_assert_int_eq(tg_timer_start(100, 50, fire, NULL, NULL, NULL), TG_OK);
	ck_assert_int_eq(tg_timer_start(100, 0, fire, NULL, NULL, NULL), TG_OK);
}
END_TEST

Suite *
timer_suite(void)
{
	Suite *s = suite_create("timer");
	TCase *t = tcase_create("timer"), *init = tcase_create("in init");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, once_is_once_and_on_the_loop_of_the_caller);
	tcase_add_test(t, a_repeating_one_goes_on_until_it_is_stopped);
	tcase_add_test(t, it_may_be_stopped_by_its_own_function);
	tcase_add_test(t, a_single_shot_may_start_the_next);
	tcase_add_test(t, another_loop_stops_it_by_mail);
	tcase_add_test(t, one_of_another_thread_runs_on_the_first_loop);
	tcase_add_test(t, the_argument_is_given_back_however_a_timer_ends);
	tcase_add_test(t, timers_left_at_the_end_are_forgotten);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(init, setup_in_init, fake_free);
	tcase_add_test(init, one_of_init_begins_with_the_loops);
	suite_add_tcase(s, init);
	return s;
}
