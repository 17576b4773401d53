/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"

#include "policy/limit.h"

#include "base/errors.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static struct str
key_of(char text[16], unsigned n)
{
	return (struct str){text, (size_t)snprintf(text, 16, "k%u", n)};
}

START_TEST(the_sixth_of_five_is_refused_until_one_goes)
{
	struct limit_table *t = limit_table_new(100);

	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(limit_take(t, STR("u"), 5, 0), 0);
	ck_assert_int_eq(limit_take(t, STR("u"), 5, 0), -E_TOO_MANY_CONNECTIONS);
	ck_assert_int_eq(limit_take(t, STR("v"), 5, 0), 0);
	ck_assert_uint_eq(limit_count(t, STR("u")), 5);
	limit_release(t, STR("u"));
	ck_assert_int_eq(limit_take(t, STR("u"), 5, 0), 0);
	limit_table_free(t);
}
END_TEST

START_TEST(without_a_limit_it_counts_all_the_same)
{
	struct limit_table *t = limit_table_new(100);

	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(limit_take(t, STR("u"), 0, 0), 0);
	ck_assert_uint_eq(limit_count(t, STR("u")), 50);
	ck_assert_int_eq(limit_take(t, STR("u"), 50, 0), -E_TOO_MANY_CONNECTIONS);
	limit_table_free(t);
}
END_TEST

START_TEST(what_counts_nothing_takes_no_place)
{
	struct limit_table *t = limit_table_new(100);

	ck_assert_int_eq(limit_take(t, STR("u"), 0, 0), 0);
	ck_assert_uint_eq(limit_keys_n(t), 1);
	limit_release(t, STR("u"));
	ck_assert_uint_eq(limit_keys_n(t), 0);
	limit_release(t, STR("u"));
	ck_assert_uint_eq(limit_count(t, STR("u")), 0);
	limit_table_free(t);
}
END_TEST

START_TEST(each_key_has_a_bucket_of_its_own)
{
	struct limit_table *t = limit_table_new(100);
	struct config_rate limit = {30 / 60.0, 30};

	for (int i = 0; i < 30; i++)
		ck_assert_int_eq(limit_rate_take(t, STR("a"), &limit, 0), 0);
	ck_assert_int_eq(limit_rate_take(t, STR("a"), &limit, 0), -E_RATE_LIMITED);
	ck_assert_uint_eq(limit_rate_wait_ms(t, STR("a"), &limit, 0), 2000);
	ck_assert_uint_eq(limit_rate_wait_ms(t, STR("b"), &limit, 0), 0);
	ck_assert_int_eq(limit_rate_take(t, STR("b"), &limit, 0), 0);
	ck_assert_int_eq(limit_rate_take(t, STR("a"), &limit, 2000), 0);
	limit_table_free(t);
}
END_TEST

START_TEST(asking_how_long_takes_nothing)
{
	struct limit_table *t = limit_table_new(100);
	struct config_rate limit = {1, 1};

	for (int i = 0; i < 10; i++)
		ck_assert_uint_eq(limit_rate_wait_ms(t, STR("a"), &limit, 0), 0);
	ck_assert_uint_eq(limit_keys_n(t), 0);
	ck_assert_int_eq(limit_rate_take(t, STR("a"), &limit, 0), 0);
	limit_table_free(t);
}
END_TEST

START_TEST(no_rate_remembers_nobody)
{
	struct limit_table *t = limit_table_new(100);
	struct config_rate limit = {0, 0};

	ck_assert_int_eq(limit_rate_take(t, STR("a"), &limit, 0), 0);
	ck_assert_uint_eq(limit_keys_n(t), 0);
	limit_table_free(t);
}
END_TEST

START_TEST(a_flood_of_keys_stays_within_the_table)
{
	struct limit_table *t = limit_table_new(160);
	struct config_rate limit = {1 / 60.0, 1};
	char text[16];

	for (unsigned i = 0; i < 10000; i++)
		ck_assert_int_eq(limit_rate_take(t, key_of(text, i), &limit, 0), 0);
	ck_assert_uint_le(limit_keys_n(t), 160);
	/* The last one is remembered, the first has made room. */
	ck_assert_int_eq(limit_rate_take(t, key_of(text, 9999), &limit, 0),
			 -E_RATE_LIMITED);
	ck_assert_uint_eq(limit_rate_wait_ms(t, key_of(text, 0), &limit, 0), 0);
	limit_table_free(t);
}
END_TEST

START_TEST(full_buckets_are_forgotten_as_new_keys_come)
{
	struct limit_table *t = limit_table_new(100000);
	struct config_rate limit = {1, 1};
	char text[16];

	for (unsigned i = 0; i < 1000; i++)
		ck_assert_int_eq(limit_rate_take(t, key_of(text, i), &limit, 0), 0);
	ck_assert_uint_eq(limit_keys_n(t), 1000);
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_int_eq(limit_rate_take(t, key_of(text, 5000 + i), &limit, 5000),
				 0);
	/* Four go for each one that comes; a shard that had few newcomers may keep some. */
	ck_assert_uint_le(limit_keys_n(t), 1100);
	limit_table_free(t);
}
END_TEST

START_TEST(a_key_that_counts_something_is_never_forgotten)
{
	struct limit_table *t = limit_table_new(16);
	struct config_rate limit = {1, 1};
	char text[16];
	unsigned taken = 0;

	for (unsigned i = 0; i < 1000; i++) {
		int error = limit_take(t, key_of(text, i), 1, 0);

		ck_assert(error == 0 || error == -E_FULL);
		taken += error == 0;
	}
	ck_assert_uint_eq(taken, 16);
	ck_assert_uint_eq(limit_keys_n(t), 16);
	ck_assert_int_eq(limit_rate_take(t, STR("other"), &limit, 0), -E_FULL);
	limit_table_free(t);
}
END_TEST

START_TEST(keys_are_bytes_and_may_be_empty)
{
	struct limit_table *t = limit_table_new(100);
	static const char with_zero[] = "a\0b";

	ck_assert_int_eq(limit_take(t, STR(""), 1, 0), 0);
	ck_assert_int_eq(limit_take(t, (struct str){with_zero, 3}, 1, 0), 0);
	ck_assert_int_eq(limit_take(t, STR("a"), 1, 0), 0);
	ck_assert_int_eq(limit_take(t, STR(""), 1, 0), -E_TOO_MANY_CONNECTIONS);
	ck_assert_uint_eq(limit_keys_n(t), 3);
	limit_table_free(t);
}
END_TEST

enum { THREADS_N = 4, ROUNDS_N = 20000, MOST = 3 };

struct race {
	struct limit_table *table;
	atomic_int holding;
	atomic_bool broken;
};

static void *
take_and_release(void *state)
{
	struct race *race = state;

	for (int i = 0; i < ROUNDS_N; i++) {
		if (limit_take(race->table, STR("u"), MOST, 0))
			continue;
		if (atomic_fetch_add(&race->holding, 1) >= MOST)
			atomic_store(&race->broken, true);
		atomic_fetch_sub(&race->holding, 1);
		limit_release(race->table, STR("u"));
	}
	return NULL;
}

START_TEST(loops_together_never_exceed_the_limit)
{
	struct race race = {.table = limit_table_new(100)};
	pthread_t threads[THREADS_N];

	for (int i = 0; i < THREADS_N; i++)
		ck_assert_int_eq(
			pthread_create(&threads[i], NULL, take_and_release, &race), 0);
	for (int i = 0; i < THREADS_N; i++)
		pthread_join(threads[i], NULL);
	ck_assert(!atomic_load(&race.broken));
	ck_assert_uint_eq(limit_count(race.table, STR("u")), 0);
	ck_assert_uint_eq(limit_keys_n(race.table), 0);
	limit_table_free(race.table);
}
END_TEST

Suite *
limit_suite(void)
{
	Suite *s = suite_create("limit");
	TCase *t = tcase_create("limit");

	tcase_add_test(t, the_sixth_of_five_is_refused_until_one_goes);
	tcase_add_test(t, without_a_limit_it_counts_all_the_same);
	tcase_add_test(t, what_counts_nothing_takes_no_place);
	tcase_add_test(t, each_key_has_a_bucket_of_its_own);
	tcase_add_test(t, asking_how_long_takes_nothing);
	tcase_add_test(t, no_rate_remembers_nobody);
	tcase_add_test(t, a_flood_of_keys_stays_within_the_table);
	tcase_add_test(t, full_buckets_are_forgotten_as_new_keys_come);
	tcase_add_test(t, a_key_that_counts_something_is_never_forgotten);
	tcase_add_test(t, keys_are_bytes_and_may_be_empty);
	tcase_add_test(t, loops_together_never_exceed_the_limit);
	suite_add_tcase(s, t);
	return s;
}
