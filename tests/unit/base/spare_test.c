/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/spare.h"

#include "base/memory.h"

#include "unit/base/suites.h"

enum { BLOCKS = 500 };

static struct spares spares;
static void *blocks[BLOCKS];

static void
set_up(void)
{
	spares = (struct spares){.bytes = 0};
	spares_use(&spares);
}

static void
tear_down(void)
{
	spares_fini(&spares);
	ck_assert_uint_eq(spares.bytes, 0);
}

/* All at once, of n bytes, then back again. */
static void
burst(size_t n)
{
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = spare_take(n);
		ck_assert_ptr_nonnull(blocks[i]);
		memset(blocks[i], i, n);
	}
	for (int i = 0; i < BLOCKS; i++) {
		ck_assert_uint_eq(*((unsigned char *)blocks[i] + n - 1), i & 0xFF);
		spare_give(blocks[i], n);
	}
}

START_TEST(a_block_holds_what_was_asked_for_and_little_more)
{
	for (size_t n = 1; n <= SPARE_BYTES_MAX + 100; n++) {
		size_t size = spare_size(n);

		ck_assert_uint_ge(size, n);
		ck_assert_uint_le(
			size, n + (n > SPARE_BYTES_MIN ? n / 8 + 1 : SPARE_BYTES_MIN));
		ck_assert_uint_eq(spare_size(size), size);
	}
}
END_TEST

START_TEST(what_was_given_back_is_taken_again)
{
	for (size_t n = 1; n <= SPARE_BYTES_MAX; n += 1 + n / 5) {
		void *block = spare_take(n);

		spare_give(block, n);
		ck_assert_uint_eq(spares.bytes, spare_size(n));
		ck_assert_ptr_eq(spare_take(spare_size(n)), block);
		ck_assert_uint_eq(spares.bytes, 0);
		spare_give(block, n);
		spares_fini(&spares);
		spares_use(&spares);
	}
}
END_TEST

START_TEST(zeros_are_zeros_wherever_they_come_from)
{
	static const char zeros[300];

	for (int round = 0; round < 2; round++) {
		blocks[0] = spare_zeros(sizeof(zeros));
		ck_assert_mem_eq(blocks[0], zeros, sizeof(zeros));
		memset(blocks[0], 1, sizeof(zeros));
		spare_give(blocks[0], sizeof(zeros));
	}
	spare_give(NULL, 10);
}
END_TEST

START_TEST(growing_keeps_what_was_used)
{
	size_t n = 0;
	char *bytes = NULL;

	for (size_t more = 10; more < 8 * SPARE_BYTES_MAX; more += more) {
		bytes = spare_resize(bytes, n, n, more);
		ck_assert_ptr_nonnull(bytes);
		for (size_t i = 0; i < n; i++)
			ck_assert_int_eq(bytes[i], (char)i);
		for (size_t i = n; i < more; i++)
			bytes[i] = (char)i;
		n = more;
	}
	spare_give(bytes, n);
}
END_TEST

START_TEST(no_more_is_kept_than_the_bound)
{
	for (size_t n = 1000; n < SPARE_BYTES_MAX; n += 3000)
		burst(n);
	ck_assert_uint_le(spares.bytes, SPARES_BYTES_MAX);
	ck_assert_uint_gt(spares.bytes, SPARES_BYTES_MAX - SPARE_BYTES_MAX);
}
END_TEST

START_TEST(what_nobody_takes_goes_back)
{
	burst(200);
	ck_assert_uint_eq(spares.bytes, BLOCKS * spare_size(200));
	/* the first trim cannot know it: all were taken and given back since the beginning */
	ck_assert(spares_trim(&spares));
	ck_assert_uint_eq(spares.bytes, BLOCKS * spare_size(200));
	blocks[0] = spare_take(200);
	blocks[1] = spare_take(200);
	spare_give(blocks[0], 200);
	spare_give(blocks[1], 200);
	ck_assert(spares_trim(&spares));
	ck_assert_uint_eq(spares.bytes, (SPARES_AT_REST + 2) * spare_size(200));
	ck_assert(!spares_trim(&spares));
	ck_assert_uint_eq(spares.bytes, SPARES_AT_REST * spare_size(200));
}
END_TEST

START_TEST(nothing_large_rests)
{
	burst(SPARES_AT_REST_BYTES_MAX + 1);
	ck_assert(spares_trim(&spares));
	ck_assert(!spares_trim(&spares));
	ck_assert_uint_eq(spares.bytes, 0);
}
END_TEST

START_TEST(a_thread_without_spares_keeps_none)
{
	spares_use(NULL);
	burst(100);
	ck_assert_uint_eq(spares.bytes, 0);
	blocks[0] = spare_take(100);
	spares_use(&spares);
	spare_give(blocks[0], 98); /* of the same size, so it does */
	ck_assert_uint_eq(spares.bytes, spare_size(100));
}
END_TEST

START_TEST(a_sanitizer_sees_each_block)
{
	burst(100);
	ck_assert_uint_eq(spares.bytes, 0);
	ck_assert(!spares_trim(&spares));
}
END_TEST

Suite *
spare_suite(void)
{
	Suite *s = suite_create("spare");
	TCase *t = tcase_create("spare");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_block_holds_what_was_asked_for_and_little_more);
	tcase_add_test(t, zeros_are_zeros_wherever_they_come_from);
	tcase_add_test(t, growing_keeps_what_was_used);
	if (MEMORY_IS_CHECKED) {
		tcase_add_test(t, a_sanitizer_sees_each_block);
	} else {
		tcase_add_test(t, what_was_given_back_is_taken_again);
		tcase_add_test(t, no_more_is_kept_than_the_bound);
		tcase_add_test(t, what_nobody_takes_goes_back);
		tcase_add_test(t, nothing_large_rests);
		tcase_add_test(t, a_thread_without_spares_keeps_none);
	}
	suite_add_tcase(s, t);
	return s;
}
