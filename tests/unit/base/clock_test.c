/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include "unit/base/suites.h"

START_TEST(times_print_as_the_protocols_want_them)
{
	char text[CLOCK_TEXT_BYTES], http[30];

	ck_assert_uint_eq(clock_text(784111777123, text), 20);
	ck_assert_str_eq(text, "1994-11-06T08:49:37Z");
	clock_text_us(1763035200007, text);
	ck_assert_str_eq(text, "2025-11-13T12:00:00.007000Z");
	ck_assert_uint_eq(clock_text_http(784111777000, http), 29);
	ck_assert_str_eq(http, "Sun, 06 Nov 1994 08:49:37 GMT");
}
END_TEST

START_TEST(a_hand_clock_stands_until_it_is_moved)
{
	struct clock_hand hand = {.mono_ms = 5, .wall_ms = 1000};
	struct clock c = clock_of_hand(&hand);

	ck_assert_uint_eq(c.mono_ms(c.state), 5);
	clock_hand_move(&hand, 300);
	ck_assert_uint_eq(c.mono_ms(c.state), 305);
	ck_assert_int_eq(c.wall_ms(c.state), 1300);
}
END_TEST

Suite *
clock_suite(void)
{
	Suite *s = suite_create("clock");
	TCase *t = tcase_create("clock");

	tcase_add_test(t, times_print_as_the_protocols_want_them);
	tcase_add_test(t, a_hand_clock_stands_until_it_is_moved);
	suite_add_tcase(s, t);
	return s;
}
