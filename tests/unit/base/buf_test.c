/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include "unit/base/suites.h"

START_TEST(additions_stand_one_behind_the_other)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < 1000; i++)
		buf_add_char(&b, (char)('a' + i % 26));
	buf_add_u64(&b, 0);
	buf_add_u64(&b, UINT64_MAX);
	buf_printf(&b, "%s-%d", "x", 7);
	ck_assert(!b.failed);
	ck_assert_uint_eq(b.len, 1000 + 1 + 20 + 3);
	ck_assert(
		str_eq((struct str){b.data + 1000, 24}, STR("018446744073709551615x-7")));
	buf_fini(&b);
}
END_TEST

START_TEST(a_text_of_any_length_is_printed)
{
	struct buf b = BUF_INIT;

	for (int n = 0; n < 300; n++) {
		size_t before = b.len;

		buf_printf(&b, "%*d", n, 7);
		ck_assert(!b.failed);
		ck_assert_uint_eq(b.len - before, n ? (size_t)n : 1);
		ck_assert_int_eq(b.data[b.len - 1], '7');
	}
	buf_fini(&b);
}
END_TEST

START_TEST(what_outgrows_its_room_takes_memory)
{
	char room[8];
	struct buf b = buf_in(room, sizeof(room));

	buf_add_str(&b, STR("12345678"));
	ck_assert_ptr_eq(b.data, room);
	buf_add_char(&b, '9');
	ck_assert_ptr_ne(b.data, room);
	ck_assert(str_eq(buf_str(&b), STR("123456789")));
	ck_assert(str_eq((struct str){room, 8}, STR("12345678")));
	buf_fini(&b);
	b = buf_in(room, sizeof(room));
	buf_add_str(&b, STR("abc"));
	buf_fini(&b); /* frees nothing */
	ck_assert_ptr_null(b.data);
	buf_add_str(&b, STR("as any other from here"));
	ck_assert(str_eq(buf_str(&b), STR("as any other from here")));
	buf_fini(&b);
}
END_TEST

START_TEST(dropping_keeps_what_follows)
{
	struct buf b = BUF_INIT;

	buf_add_str(&b, STR("headtail"));
	buf_drop(&b, 4);
	ck_assert(str_eq(buf_str(&b), STR("tail")));
	buf_drop(&b, 4);
	ck_assert_uint_eq(b.len, 0);
	buf_drop(&b, 0);
	buf_fini(&b);
}
END_TEST

START_TEST(what_does_not_fit_is_remembered_and_what_follows_ignored)
{
	struct buf b = BUF_INIT;

	buf_add_str(&b, STR("good"));
	ck_assert_ptr_null(buf_reserve(&b, SIZE_MAX - 8));
	ck_assert(b.failed);
	buf_add_str(&b, STR("more"));
	ck_assert(str_eq(buf_str(&b), STR("good")));
	buf_clear(&b);
	buf_add_str(&b, STR("again"));
	ck_assert(!b.failed && str_eq(buf_str(&b), STR("again")));
	buf_fini(&b);
}
END_TEST

START_TEST(a_buffer_may_stand_on_borrowed_memory_while_it_fits)
{
	char memory[8];
	struct buf b = {.data = memory, .cap = sizeof(memory)};

	buf_add_str(&b, STR("12345678"));
	ck_assert(!b.failed);
	ck_assert_ptr_eq(b.data, memory);
}
END_TEST

Suite *
buf_suite(void)
{
	Suite *s = suite_create("buf");
	TCase *t = tcase_create("buf");

	tcase_add_test(t, additions_stand_one_behind_the_other);
	tcase_add_test(t, a_text_of_any_length_is_printed);
	tcase_add_test(t, what_outgrows_its_room_takes_memory);
	tcase_add_test(t, dropping_keeps_what_follows);
	tcase_add_test(t, what_does_not_fit_is_remembered_and_what_follows_ignored);
	tcase_add_test(t, a_buffer_may_stand_on_borrowed_memory_while_it_fits);
	suite_add_tcase(s, t);
	return s;
}
