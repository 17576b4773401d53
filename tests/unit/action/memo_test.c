/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/memo.h"
#include "unit/action/suites.h"

#include <stdio.h>

static struct memo m;

static void
setup(void)
{
	memo_init(&m);
}

static void
teardown(void)
{
	memo_fini(&m);
}

/* What is known of key at that time: a letter, '-' for nothing. */
static char
known(const char *key, uint64_t now_ms)
{
	enum tg_verdict v;

	if (!memo_find(&m, str_from(key), now_ms, &v))
		return '-';
	return v == TG_ALLOW ? 'y' : v == TG_DENY ? 'n' : 'p';
}

START_TEST(an_answer_is_known_until_its_time_is_over)
{
	memo_keep(&m, STR("a"), 1, TG_ALLOW, 100, 10);
	memo_keep(&m, STR("b"), 1, TG_DENY, 50, 10);
	memo_keep(&m, STR("c"), 1, TG_PASS, 50, 10);
	ck_assert_int_eq(known("a", 99), 'y');
	ck_assert_int_eq(known("b", 49), 'n');
	ck_assert_int_eq(known("c", 49), 'p');
	ck_assert_int_eq(known("b", 50), '-');
	ck_assert_int_eq(known("a", 100), '-');
	ck_assert_int_eq(known("d", 0), '-');
	ck_assert_uint_eq(memo_n(&m),
			  1); /* what is too old is forgotten when asked for */
}
END_TEST

START_TEST(the_last_answer_counts)
{
	memo_keep(&m, STR("a"), 1, TG_ALLOW, 100, 10);
	memo_keep(&m, STR("a"), 1, TG_DENY, 50, 10);
	ck_assert_int_eq(known("a", 0), 'n');
	ck_assert_uint_eq(memo_n(&m), 1);
}
END_TEST

START_TEST(when_it_is_full_the_least_used_refusal_makes_room)
{
	memo_keep(&m, STR("yes"), 1, TG_ALLOW, 100, 3);
	memo_keep(&m, STR("no 1"), 1, TG_DENY, 100, 3);
	memo_keep(&m, STR("no 2"), 1, TG_DENY, 100, 3);
	ck_assert_int_eq(known("no 1", 0), 'n');
	memo_keep(&m, STR("no 3"), 1, TG_DENY, 100, 3);
	ck_assert_int_eq(known("no 2", 0), '-');
	ck_assert_int_eq(known("no 1", 0), 'n');
	ck_assert_int_eq(known("yes", 0), 'y');
	ck_assert_uint_eq(memo_n(&m), 3);
}
END_TEST

START_TEST(without_refusals_the_least_used_grant_does)
{
	memo_keep(&m, STR("1"), 1, TG_ALLOW, 100, 2);
	memo_keep(&m, STR("2"), 1, TG_ALLOW, 100, 2);
	ck_assert_int_eq(known("1", 0), 'y');
	memo_keep(&m, STR("3"), 1, TG_DENY, 100, 2);
	ck_assert_int_eq(known("2", 0), '-');
	ck_assert_int_eq(known("1", 0), 'y');
	ck_assert_int_eq(known("3", 0), 'n');
}
END_TEST

START_TEST(a_smaller_bound_holds_with_the_next_answer)
{
	char key[12];

	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "%d", i);
		memo_keep(&m, str_from(key), 1, TG_ALLOW, 100, 100);
	}
	ck_assert_uint_eq(memo_n(&m), 100);
	memo_keep(&m, STR("x"), 1, TG_ALLOW, 100, 5);
	ck_assert_uint_eq(memo_n(&m), 5);
	memo_keep(&m, STR("x"), 1, TG_ALLOW, 100, 0);
	ck_assert_uint_eq(memo_n(&m), 0);
}
END_TEST

START_TEST(one_owners_answers_are_forgotten_the_others_stay)
{
	memo_keep(&m, STR("a"), 1, TG_ALLOW, 100, 10);
	memo_keep(&m, STR("b"), 2, TG_ALLOW, 100, 10);
	memo_keep(&m, STR("c"), 1, TG_DENY, 100, 10);
	memo_keep(&m, STR("d"), 2, TG_DENY, 100, 10);
	memo_forget(&m, 1);
	ck_assert_int_eq(known("a", 0), '-');
	ck_assert_int_eq(known("b", 0), 'y');
	ck_assert_int_eq(known("c", 0), '-');
	ck_assert_int_eq(known("d", 0), 'n');
	memo_forget(&m, 3);
	ck_assert_uint_eq(memo_n(&m), 2);
}
END_TEST

START_TEST(what_is_too_old_goes_without_being_asked_for)
{
	ck_assert_uint_eq(memo_trim(&m, 0), UINT64_MAX);
	memo_keep(&m, STR("a"), 1, TG_ALLOW, 100, 10);
	memo_keep(&m, STR("b"), 1, TG_DENY, 40, 10);
	memo_keep(&m, STR("c"), 1, TG_DENY, 50, 10);
	ck_assert_uint_eq(memo_trim(&m, 39), 40);
	ck_assert_uint_eq(memo_n(&m), 3);
	ck_assert_uint_eq(memo_trim(&m, 45), 50);
	ck_assert_uint_eq(memo_n(&m), 2);
	ck_assert_uint_eq(memo_trim(&m, 50), 100);
	ck_assert_int_eq(known("a", 99), 'y');
	ck_assert_uint_eq(memo_trim(&m, 100), UINT64_MAX);
	ck_assert_uint_eq(memo_n(&m), 0);
}
END_TEST

START_TEST(one_behind_another_that_lasts_goes_with_it_at_the_latest)
{
	memo_keep(&m, STR("long"), 1, TG_ALLOW, 100, 10);
	memo_keep(&m, STR("short"), 1, TG_ALLOW, 50, 10);
	ck_assert_uint_eq(memo_trim(&m, 60), 100);
	ck_assert_uint_eq(memo_trim(&m, 100), UINT64_MAX);
	ck_assert_uint_eq(memo_n(&m), 0);
}
END_TEST

Suite *
memo_suite(void)
{
	Suite *s = suite_create("memo");
	TCase *t = tcase_create("memo");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_answer_is_known_until_its_time_is_over);
	tcase_add_test(t, the_last_answer_counts);
	tcase_add_test(t, when_it_is_full_the_least_used_refusal_makes_room);
	tcase_add_test(t, without_refusals_the_least_used_grant_does);
	tcase_add_test(t, a_smaller_bound_holds_with_the_next_answer);
	tcase_add_test(t, one_owners_answers_are_forgotten_the_others_stay);
	tcase_add_test(t, what_is_too_old_goes_without_being_asked_for);
	tcase_add_test(t, one_behind_another_that_lasts_goes_with_it_at_the_latest);
	suite_add_tcase(s, t);
	return s;
}
