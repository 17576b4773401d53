/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"

#include "policy/rate.h"

static unsigned
take_all(struct rate *r, const struct config_rate *limit, uint64_t now_ms)
{
	unsigned n = 0;

	while (n < 100000 && rate_take(r, limit, now_ms))
		n++;
	return n;
}

START_TEST(a_burst_passes_whole_and_not_one_more)
{
	static const uint32_t bursts[] = {1, 2, 5, 10, 30, 100, 4096};
	static const double rates[] = {5 / 60.0, 1, 3, 7, 10, 1000, 1e6};

	for (size_t i = 0; i < sizeof(bursts) / sizeof(*bursts); i++) {
		for (size_t j = 0; j < sizeof(rates) / sizeof(*rates); j++) {
			struct config_rate limit = {rates[j], bursts[i]};
			struct rate r = {0};

			ck_assert_uint_eq(take_all(&r, &limit, 123456), bursts[i]);
			ck_assert(!rate_take(&r, &limit, 123456));
		}
	}
}
END_TEST

START_TEST(five_a_minute_is_one_every_twelve_seconds)
{
	struct config_rate limit = {5 / 60.0, 5};
	struct rate r = {0};

	ck_assert_uint_eq(take_all(&r, &limit, 1000), 5);
	ck_assert_uint_eq(rate_wait_ms(&r, &limit, 1000), 12000);
	ck_assert(!rate_take(&r, &limit, 12999));
	ck_assert_uint_eq(rate_wait_ms(&r, &limit, 12999), 1);
	ck_assert(rate_take(&r, &limit, 13000));
	ck_assert(!rate_take(&r, &limit, 13000));
}
END_TEST

START_TEST(a_year_of_knocking_lets_exactly_the_rate_pass)
{
	struct config_rate limit = {5 / 60.0, 5};
	struct rate r = {0};
	uint64_t year_ms = UINT64_C(365) * 86400 * 1000, passed = 0;

	for (uint64_t now = 0; now <= year_ms; now += 3000)
		passed += rate_take(&r, &limit, now);
	ck_assert_uint_eq(passed, 5 + year_ms / 12000);
}
END_TEST

START_TEST(thirds_of_a_second_do_not_drift)
{
	struct config_rate limit = {3, 1};
	struct rate r = {0};
	uint64_t passed = 0;

	for (uint64_t now = 0; now < 1000000; now++)
		passed += rate_take(&r, &limit, now);
	/* Each one waits for the next whole millisecond, never for less than its period. */
	ck_assert_uint_le(passed, 3000);
	ck_assert_uint_ge(passed, 2994);
}
END_TEST

START_TEST(a_refused_one_costs_nothing)
{
	struct config_rate limit = {1, 1};
	struct rate r = {0};

	ck_assert(rate_take(&r, &limit, 0));
	for (uint64_t now = 0; now < 1000; now++)
		ck_assert(!rate_take(&r, &limit, now));
	ck_assert(rate_take(&r, &limit, 1000));
}
END_TEST

START_TEST(after_a_pause_there_is_a_burst_again_and_no_more)
{
	struct config_rate limit = {10, 4};
	struct rate r = {0};

	ck_assert_uint_eq(take_all(&r, &limit, 5), 4);
	ck_assert_uint_eq(take_all(&r, &limit, 205), 2);
	ck_assert_uint_eq(take_all(&r, &limit, 1000000), 4);
}
END_TEST

START_TEST(no_rate_is_no_limit)
{
	struct config_rate limit = {0, 1};
	struct rate r = {0};

	ck_assert_uint_eq(take_all(&r, &limit, 7), 100000);
	ck_assert_uint_eq(rate_wait_ms(&r, &limit, 7), 0);
	ck_assert(rate_is_full(&r, 7));
}
END_TEST

START_TEST(a_burst_of_none_counts_as_one)
{
	struct config_rate limit = {1, 0};
	struct rate r = {0};

	ck_assert_uint_eq(take_all(&r, &limit, 0), 1);
}
END_TEST

START_TEST(a_smaller_limit_after_a_reload_forgives_the_old_debt)
{
	struct config_rate large = {1, 1000}, small = {1, 2};
	struct rate r = {0};

	ck_assert_uint_eq(take_all(&r, &large, 0), 1000);
	ck_assert(!rate_take(&r, &small, 0));
	ck_assert_uint_eq(rate_wait_ms(&r, &small, 0), 1000);
	ck_assert(rate_take(&r, &small, 1000));
}
END_TEST

START_TEST(absurd_limits_neither_wrap_nor_hang)
{
	static const double rates[] = {1e-300, 1e-12, 1e300};

	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		struct config_rate limit = {rates[i], UINT32_MAX};
		struct rate r = {0};

		ck_assert(rate_take(&r, &limit, UINT64_MAX));
		ck_assert(rate_take(&r, &limit, UINT64_MAX));
		ck_assert(rate_wait_ms(&r, &limit, UINT64_MAX) == 0);
	}
}
END_TEST

START_TEST(time_that_goes_back_locks_nobody_out_for_long)
{
	struct config_rate limit = {1, 1};
	struct rate r = {0};

	ck_assert(rate_take(&r, &limit, 10000000));
	ck_assert(!rate_take(&r, &limit, 5000));
	ck_assert(!rate_is_full(&r, 5999));
	ck_assert(rate_is_full(&r, 6000));
	ck_assert(rate_take(&r, &limit, 6000));
}
END_TEST

Suite *
rate_suite(void)
{
	Suite *s = suite_create("rate");
	TCase *t = tcase_create("rate");

	tcase_add_test(t, a_burst_passes_whole_and_not_one_more);
	tcase_add_test(t, five_a_minute_is_one_every_twelve_seconds);
	tcase_add_test(t, a_year_of_knocking_lets_exactly_the_rate_pass);
	tcase_add_test(t, thirds_of_a_second_do_not_drift);
	tcase_add_test(t, a_refused_one_costs_nothing);
	tcase_add_test(t, after_a_pause_there_is_a_burst_again_and_no_more);
	tcase_add_test(t, no_rate_is_no_limit);
	tcase_add_test(t, a_burst_of_none_counts_as_one);
	tcase_add_test(t, a_smaller_limit_after_a_reload_forgives_the_old_debt);
	tcase_add_test(t, absurd_limits_neither_wrap_nor_hang);
	tcase_add_test(t, time_that_goes_back_locks_nobody_out_for_long);
	suite_add_tcase(s, t);
	return s;
}
