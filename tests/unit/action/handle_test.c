/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/handle.h"
#include "unit/action/suites.h"

#include <stdlib.h>

static struct handle_table table;
static int things[4];

static void
setup(void)
{
	handle_init(&table, 3, false);
}

static void
teardown(void)
{
	handle_fini(&table);
}

START_TEST(a_number_leads_to_its_object_and_owner)
{
	uint64_t a = handle_add(&table, &things[0]), b = handle_add(&table, &things[1]);

	ck_assert_uint_ne(a, 0);
	ck_assert_uint_ne(a, b);
	ck_assert_uint_eq(handle_owner(a), 3);
	ck_assert_ptr_eq(handle_get(&table, a), &things[0]);
	ck_assert_ptr_eq(handle_get(&table, b), &things[1]);
}
END_TEST

START_TEST(only_the_first_claim_succeeds)
{
	uint64_t a = handle_add(&table, &things[0]);

	ck_assert(handle_is_live(&table, a));
	ck_assert(handle_claim(&table, a));
	ck_assert(!handle_claim(&table, a));
	ck_assert(!handle_is_live(&table, a));
	ck_assert_ptr_eq(handle_get(&table, a), &things[0]);
}
END_TEST

START_TEST(a_removed_number_is_dead_even_when_its_slot_is_used_again)
{
	uint64_t a = handle_add(&table, &things[0]), b;

	handle_remove(&table, a);
	ck_assert(!handle_is_live(&table, a));
	ck_assert(!handle_claim(&table, a));
	ck_assert_ptr_null(handle_get(&table, a));
	b = handle_add(&table, &things[1]);
	ck_assert_uint_eq((uint32_t)a, (uint32_t)b); /* the same slot */
	ck_assert_uint_ne(a, b);
	ck_assert(!handle_claim(&table, a));
	ck_assert_ptr_null(handle_get(&table, a));
	ck_assert(handle_claim(&table, b));
}
END_TEST

START_TEST(made_up_numbers_are_dead)
{
	static const uint64_t numbers[] = {0, 1, UINT64_MAX, 3ULL << 20 | 1ULL << 32,
					   3ULL << 20 | 1023 | 1ULL << 32};

	handle_add(&table, &things[0]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i] == (3ULL << 20 | 1ULL << 32))
			continue; /* that one is the first number there is */
		ck_assert(!handle_is_live(&table, numbers[i]));
		ck_assert(!handle_claim(&table, numbers[i]));
		handle_remove(&table, 0);
	}
}
END_TEST

START_TEST(thousands_are_kept_apart_and_walked)
{
	static uint64_t ids[5000];
	static int many[5000];
	size_t walked = 0;
	uint32_t at = 0;

	for (size_t i = 0; i < 5000; i++)
		ids[i] = handle_add(&table, &many[i]);
	for (size_t i = 0; i < 5000; i += 2)
		handle_remove(&table, ids[i]);
	for (size_t i = 0; i < 5000; i++)
		ck_assert_ptr_eq(handle_get(&table, ids[i]), i % 2 ? &many[i] : NULL);
	while (handle_next(&table, &at))
		walked++;
	ck_assert_uint_eq(walked, 2500);
}
END_TEST

static void *
add_and_remove(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		uint64_t id = handle_add(&table, arg);

		ck_assert_ptr_eq(handle_get(&table, id), arg);
		handle_remove(&table, id);
	}
	return NULL;
}

START_TEST(any_thread_adds_to_a_shared_table)
{
	pthread_t threads[4];
	uint32_t at = 0;

	handle_fini(&table);
	handle_init(&table, 3, true);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, add_and_remove, &things[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ck_assert_ptr_null(handle_next(&table, &at));
}
END_TEST

static _Atomic int winners;

static void *
claim_all(void *arg)
{
	const uint64_t *ids = arg;

	for (size_t i = 0; i < 1000; i++)
		if (handle_claim(&table, ids[i]))
			winners++;
	return NULL;
}

START_TEST(of_threads_that_claim_at_once_one_wins)
{
	static uint64_t ids[1000];
	pthread_t threads[4];

	for (size_t i = 0; i < 1000; i++)
		ids[i] = handle_add(&table, &things[0]);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, claim_all, ids);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(winners, 1000);
}
END_TEST

Suite *
handle_suite(void)
{
	Suite *s = suite_create("handle");
	TCase *t = tcase_create("handle");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_number_leads_to_its_object_and_owner);
	tcase_add_test(t, only_the_first_claim_succeeds);
	tcase_add_test(t, a_removed_number_is_dead_even_when_its_slot_is_used_again);
	tcase_add_test(t, made_up_numbers_are_dead);
	tcase_add_test(t, thousands_are_kept_apart_and_walked);
	tcase_add_test(t, any_thread_adds_to_a_shared_table);
	tcase_add_test(t, of_threads_that_claim_at_once_one_wins);
	suite_add_tcase(s, t);
	return s;
}
