/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"

#include "policy/breaker.h"

#include <pthread.h>
#include <sched.h>

static const struct breaker_rule rule = {.failures_n = 3, .pause_ms = 1000};

static bool
is_open(const struct breaker *b)
{
	return atomic_load(&b->until_ms) != 0;
}

static enum breaker_turn
note_failure(struct breaker *b, uint64_t now_ms)
{
	return breaker_note(b, &rule, breaker_try(b, now_ms), false, now_ms);
}

static void
open_at(struct breaker *b, uint64_t now_ms)
{
	ck_assert_int_eq(note_failure(b, now_ms), BREAKER_STAYS);
	ck_assert_int_eq(note_failure(b, now_ms), BREAKER_STAYS);
	ck_assert_int_eq(note_failure(b, now_ms), BREAKER_OPENS);
}

START_TEST(the_third_failure_in_a_row_opens_it)
{
	struct breaker b = {0};

	open_at(&b, 0);
	ck_assert(is_open(&b));
	ck_assert_int_eq(breaker_try(&b, 0), BREAKER_REFUSES);
	ck_assert_int_eq(breaker_try(&b, 999), BREAKER_REFUSES);
}
END_TEST

START_TEST(a_success_begins_the_count_again)
{
	struct breaker b = {0};

	note_failure(&b, 0);
	note_failure(&b, 0);
	ck_assert_int_eq(breaker_note(&b, &rule, BREAKER_PASSES, true, 0), BREAKER_STAYS);
	open_at(&b, 0);
}
END_TEST

START_TEST(after_the_pause_one_probe_at_a_time_goes_through)
{
	struct breaker b = {0};

	open_at(&b, 0);
	ck_assert_int_eq(breaker_try(&b, 1000), BREAKER_PROBES);
	ck_assert_int_eq(breaker_try(&b, 1000), BREAKER_REFUSES);
	ck_assert_int_eq(breaker_try(&b, 999999), BREAKER_REFUSES);
	ck_assert_int_eq(breaker_note(&b, &rule, BREAKER_PROBES, true, 1001),
			 BREAKER_CLOSES);
	ck_assert(!is_open(&b));
	open_at(&b, 1002); /* counting from zero */
}
END_TEST

START_TEST(a_probe_that_fails_begins_another_pause)
{
	struct breaker b = {0};

	open_at(&b, 0);
	ck_assert_int_eq(breaker_try(&b, 1500), BREAKER_PROBES);
	ck_assert_int_eq(breaker_note(&b, &rule, BREAKER_PROBES, false, 1700),
			 BREAKER_STAYS);
	ck_assert_int_eq(breaker_try(&b, 2699), BREAKER_REFUSES);
	ck_assert_int_eq(breaker_try(&b, 2700), BREAKER_PROBES);
}
END_TEST

START_TEST(what_went_out_before_does_not_move_it)
{
	struct breaker b = {0};

	open_at(&b, 0);
	ck_assert_int_eq(breaker_note(&b, &rule, BREAKER_PASSES, true, 1), BREAKER_STAYS);
	ck_assert_int_eq(breaker_note(&b, &rule, BREAKER_PASSES, false, 500),
			 BREAKER_STAYS);
	ck_assert_int_eq(breaker_try(&b, 999), BREAKER_REFUSES);
	ck_assert_int_eq(breaker_try(&b, 1000), BREAKER_PROBES);
	ck_assert_int_eq(breaker_note(&b, &rule, BREAKER_PASSES, true, 1001),
			 BREAKER_STAYS);
	ck_assert_int_eq(breaker_try(&b, 1001), BREAKER_REFUSES);
}
END_TEST

START_TEST(without_a_rule_it_never_opens)
{
	static const struct breaker_rule never = {.pause_ms = 1000};
	struct breaker b = {0};

	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(breaker_note(&b, &never, BREAKER_PASSES, false, 0),
				 BREAKER_STAYS);
	ck_assert(!is_open(&b));
}
END_TEST

START_TEST(a_probe_that_was_not_sent_leaves_room_for_another)
{
	struct breaker b = {0};
	static const struct breaker_rule strict = {.failures_n = 1, .pause_ms = 100};

	breaker_leave(&b, breaker_try(&b, 0), 0);
	ck_assert_int_eq(breaker_try(&b, 0), BREAKER_PASSES);
	breaker_note(&b, &strict, BREAKER_PASSES, false, 0);
	ck_assert_int_eq(breaker_try(&b, 100), BREAKER_PROBES);
	ck_assert_int_eq(breaker_try(&b, 100), BREAKER_REFUSES);
	breaker_leave(&b, BREAKER_PASSES, 100); /* of one from before */
	ck_assert_int_eq(breaker_try(&b, 100), BREAKER_REFUSES);
	breaker_leave(&b, BREAKER_PROBES, 100);
	ck_assert_int_eq(breaker_try(&b, 100), BREAKER_PROBES);
}
END_TEST

enum { THREADS = 4, ROUNDS = 2000 };

static struct breaker shared;
static atomic_int opened, closed, probing;

static void *
knock(void *arg)
{
	(void)arg;
	for (uint64_t now_ms = 1; now_ms <= ROUNDS; now_ms++) {
		enum breaker_pass pass = breaker_try(&shared, now_ms);
		enum breaker_turn turn;

		if (pass == BREAKER_REFUSES)
			continue;
		if (pass == BREAKER_PROBES) {
			ck_assert_int_eq(atomic_fetch_add(&probing, 1), 0);
			sched_yield(); /* room for another one, if there could be one */
			atomic_fetch_sub(&probing, 1);
		}
		turn = breaker_note(&shared, &(struct breaker_rule){1, 1}, pass,
				    pass == BREAKER_PROBES, now_ms);
		if (turn == BREAKER_OPENS)
			atomic_fetch_add(&opened, 1);
		if (turn == BREAKER_CLOSES)
			atomic_fetch_add(&closed, 1);
	}
	return NULL;
}

START_TEST(many_threads_see_one_probe_and_each_change_once)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, knock, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_gt(opened, 0);
	ck_assert_int_eq(opened - closed, is_open(&shared));
}
END_TEST

Suite *
breaker_suite(void)
{
	Suite *s = suite_create("breaker");
	TCase *t = tcase_create("breaker");

	tcase_add_test(t, the_third_failure_in_a_row_opens_it);
	tcase_add_test(t, a_success_begins_the_count_again);
	tcase_add_test(t, after_the_pause_one_probe_at_a_time_goes_through);
	tcase_add_test(t, a_probe_that_fails_begins_another_pause);
	tcase_add_test(t, what_went_out_before_does_not_move_it);
	tcase_add_test(t, without_a_rule_it_never_opens);
	tcase_add_test(t, a_probe_that_was_not_sent_leaves_room_for_another);
	tcase_add_test(t, many_threads_see_one_probe_and_each_change_once);
	suite_add_tcase(s, t);
	return s;
}
