/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/frame_join.h"

#include "unit/base/suites.h"

static struct frame *
shared(const char *text)
{
	struct frame *f = frame_new(FRAME_TEXT, 0, strlen(text));

	memcpy(f->bytes, text, strlen(text));
	f->is_shared = true;
	return f;
}

START_TEST(a_pair_is_joined_once_for_everybody)
{
	struct frame_joins joins = {0};
	struct frame *a = shared("ab"), *b = shared("cde");
	struct frame *both = frame_ref(frame_join(&joins, a, b));

	ck_assert(str_eq(frame_payload(both), STR("abcde")));
	ck_assert_ptr_eq(frame_join(&joins, a, b), both);
	ck_assert_ptr_ne(frame_join(&joins, b, a), both);
	ck_assert(str_eq(frame_payload(frame_join(&joins, b, a)), STR("cdeab")));
	frame_joins_clear(&joins);
	frame_unref(both);
	frame_unref(a);
	frame_unref(b);
}
END_TEST

START_TEST(what_was_joined_can_be_joined_again)
{
	struct frame_joins joins = {0};
	struct frame *a = shared("a"), *all = frame_ref(a);

	for (int i = 1; i < 100; i++) {
		struct frame *longer = frame_ref(frame_join(&joins, all, a));

		frame_unref(all);
		all = longer;
	}
	ck_assert_uint_eq(all->len, 100);
	ck_assert_uint_eq(memcmp(all->bytes, all->bytes + 1, 99), 0);
	frame_joins_clear(&joins);
	frame_unref(all);
	frame_unref(a);
}
END_TEST

START_TEST(all_of_several_are_joined_unless_that_is_too_long)
{
	struct frame *a = shared("ab"), *b = shared("cde"), *none = shared("");
	struct frame *full = frame_new(FRAME_TEXT, 0, FRAME_JOIN_ALL_BYTES_MAX - 3);
	struct frame *all = frame_join_all((struct frame *const[]){a, none, b, a}, 4);

	ck_assert(str_eq(frame_payload(all), STR("abcdeab")));
	ck_assert(all->is_shared);
	frame_unref(all);
	memset(full->bytes, 'x', full->len);
	all = frame_join_all((struct frame *const[]){full, b}, 2);
	ck_assert_uint_eq(all->len, FRAME_JOIN_ALL_BYTES_MAX);
	frame_unref(all);
	ck_assert_ptr_null(frame_join_all((struct frame *const[]){full, b, a}, 3));
	frame_unref(a);
	frame_unref(b);
	frame_unref(none);
	frame_unref(full);
}
END_TEST

START_TEST(what_is_for_one_alone_or_too_long_stays_apart)
{
	struct frame_joins joins = {0};
	struct frame *a = shared("a"), *own = frame_new(FRAME_TEXT, 0, 1),
		     *full = frame_new(FRAME_TEXT, 0, FRAME_JOIN_BYTES_MAX);

	full->is_shared = true;
	ck_assert_ptr_null(frame_join(&joins, a, own));
	ck_assert_ptr_null(frame_join(&joins, own, a));
	ck_assert_ptr_null(frame_join(&joins, a, full));
	full->len--;
	ck_assert_ptr_nonnull(frame_join(&joins, a, full));
	frame_joins_clear(&joins);
	frame_unref(a);
	frame_unref(own);
	frame_unref(full);
}
END_TEST

START_TEST(a_pair_is_forgotten_with_all_its_references)
{
	struct frame_joins joins = {0};
	struct frame *frames[4 * FRAME_JOIN_PAIRS], *first = shared("first"), *both;

	both = frame_ref(frame_join(&joins, first, first));
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		frames[i] = shared("x");
		ck_assert_ptr_nonnull(frame_join(&joins, frames[i], first));
	}
	frame_joins_clear(&joins);
	frame_joins_clear(&joins);
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		ck_assert_uint_eq(atomic_load(&frames[i]->refs), 1);
		frame_unref(frames[i]);
	}
	ck_assert_uint_eq(atomic_load(&both->refs), 1);
	ck_assert_uint_eq(atomic_load(&first->refs), 1);
	frame_unref(both);
	frame_unref(first);
}
END_TEST

Suite *
frame_join_suite(void)
{
	Suite *s = suite_create("frame_join");
	TCase *t = tcase_create("frame_join");

	tcase_add_test(t, a_pair_is_joined_once_for_everybody);
	tcase_add_test(t, what_was_joined_can_be_joined_again);
	tcase_add_test(t, all_of_several_are_joined_unless_that_is_too_long);
	tcase_add_test(t, what_is_for_one_alone_or_too_long_stays_apart);
	tcase_add_test(t, a_pair_is_forgotten_with_all_its_references);
	suite_add_tcase(s, t);
	return s;
}
