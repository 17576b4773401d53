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

/* All days of four centuries, at some time of theirs, as the library prints them. */
START_TEST(each_day_prints_as_strftime_does)
{
	for (int64_t day = -100; day < 150000; day++) {
		int64_t wall_ms = (day * 86400 + day * 7919 % 86400) * 1000 + 999;
		time_t seconds = (time_t)(wall_ms / 1000);
		char text[CLOCK_TEXT_BYTES], expected[CLOCK_TEXT_BYTES];
		struct tm tm;
		size_t n;

		gmtime_r(&seconds, &tm);
		n = strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
		ck_assert_uint_eq(clock_text(wall_ms, text), n);
		ck_assert_str_eq(text, expected);
	}
}
END_TEST

START_TEST(a_year_of_five_digits_prints_as_it_is)
{
	char text[CLOCK_TEXT_BYTES];

	clock_text(INT64_C(253402300799999), text);
	ck_assert_str_eq(text, "9999-12-31T23:59:59Z");
	clock_text(INT64_C(253402300800000), text);
	ck_assert_str_eq(text, "10000-01-01T00:00:00Z");
	ck_assert_uint_eq(clock_text_us(INT64_C(253402300799999), text), 27);
	ck_assert_str_eq(text, "9999-12-31T23:59:59.999000Z");
}
END_TEST

static int64_t
ns(const struct timespec *t)
{
	return t->tv_sec * INT64_C(1000000000) + t->tv_nsec;
}

START_TEST(a_deadline_lies_as_far_ahead_as_asked)
{
	for (uint32_t ms = 0; ms < 2000; ms += 333) {
		struct timespec before = clock_deadline(0), t = clock_deadline(ms);
		struct timespec after = clock_deadline(0);
		int64_t from_ns = ns(&t) - ns(&after), to_ns = ns(&t) - ns(&before);

		ck_assert(t.tv_nsec >= 0 && t.tv_nsec < 1000000000L);
		ck_assert_int_le(from_ns, ms * INT64_C(1000000));
		ck_assert_int_ge(to_ns, ms * INT64_C(1000000));
	}
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
	tcase_add_test(t, each_day_prints_as_strftime_does);
	tcase_add_test(t, a_year_of_five_digits_prints_as_it_is);
	tcase_add_test(t, a_deadline_lies_as_far_ahead_as_asked);
	tcase_add_test(t, a_hand_clock_stands_until_it_is_moved);
	suite_add_tcase(s, t);
	return s;
}
