/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <stdint.h>

#include "unit/base/suites.h"

START_TEST(allocations_are_aligned_and_apart)
{
	struct arena a = ARENA_INIT;
	unsigned char *before = NULL;

	for (size_t n = 0; n < 300; n++) {
		unsigned char *p = arena_alloc(&a, n);

		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
		memset(p, (int)n, n);
		if (before && n > 1)
			ck_assert_uint_eq(before[0], (unsigned char)(n - 1));
		before = p;
	}
	arena_fini(&a);
}
END_TEST

START_TEST(what_is_larger_than_a_chunk_fits_too)
{
	struct arena a = ARENA_INIT;
	char *p = arena_alloc(&a, 1 << 20);

	ck_assert_ptr_nonnull(p);
	memset(p, 1, 1 << 20);
	arena_reset(&a);
	ck_assert_ptr_nonnull(arena_alloc(&a, 16));
	ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX - 4));
	arena_fini(&a);
}
END_TEST

START_TEST(a_copy_ends_with_zero)
{
	struct arena a = ARENA_INIT;
	struct str s = arena_copy(&a, (struct str){"abcdef", 3});

	ck_assert_str_eq(s.ptr, "abc");
	ck_assert_uint_eq(arena_copy(&a, (struct str){NULL, 0}).len, 0);
	arena_fini(&a);
}
END_TEST

Suite *
arena_suite(void)
{
	Suite *s = suite_create("arena");
	TCase *t = tcase_create("arena");

	tcase_add_test(t, allocations_are_aligned_and_apart);
	tcase_add_test(t, what_is_larger_than_a_chunk_fits_too);
	tcase_add_test(t, a_copy_ends_with_zero);
	suite_add_tcase(s, t);
	return s;
}
