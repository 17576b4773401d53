/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_value.h"

#include "base/errors.h"
#include "unit/config/suites.h"

static struct arena arena;

static uint32_t
number(enum config_type type, const char *text, const char *words)
{
	struct config_row row = {.type = type,
				 .min = type == TYPE_TIME ? "1ms" : "1",
				 .max = type == TYPE_TIME ? "40d" : "4000000000",
				 .words = words};
	uint32_t n = 4242424242;

	if (type == TYPE_SECONDS)
		row.min = "1s", row.max = "40d";
	return config_value_set(&row, str_from(text), &arena, &n) ? 4242424242 : n;
}

static const struct {
	enum config_type type;
	const char *text;
	uint32_t n;
} numbers[] = {
	{TYPE_TIME, "25s", 25000},        {TYPE_TIME, "500ms", 500},
	{TYPE_TIME, "5m", 300000},        {TYPE_TIME, "5min", 300000},
	{TYPE_TIME, "1h", 3600000},       {TYPE_TIME, "7d", 604800000},
	{TYPE_TIME, "25 s", 25000},       {TYPE_SECONDS, "10s", 10},
	{TYPE_SECONDS, "2000ms", 2},      {TYPE_SECONDS, "1h", 3600},
	{TYPE_BYTES, "1000000", 1000000}, {TYPE_BYTES, "7B", 7},
	{TYPE_BYTES, "64k", 64000},       {TYPE_BYTES, "64kB", 64000},
	{TYPE_BYTES, "64KiB", 65536},     {TYPE_BYTES, "1MB", 1000000},
	{TYPE_BYTES, "16MiB", 16777216},  {TYPE_BYTES, "1GB", 1000000000},
	{TYPE_BYTES, "1GiB", 1073741824}, {TYPE_COUNT, "1", 1},
	{TYPE_COUNT, "0042", 42},         {TYPE_COUNT, "4000000000", 4000000000},
};

START_TEST(a_number_is_read_with_its_unit)
{
	ck_assert_uint_eq(number(numbers[_i].type, numbers[_i].text, NULL),
			  numbers[_i].n);
}
END_TEST

static const struct {
	enum config_type type;
	const char *text;
} bad_numbers[] = {
	{TYPE_TIME, "25"},
	{TYPE_TIME, "s"},
	{TYPE_TIME, ""},
	{TYPE_TIME, "1.5s"},
	{TYPE_TIME, "-1s"},
	{TYPE_TIME, "+1s"},
	{TYPE_TIME, "1h30m"},
	{TYPE_TIME, "1 week"},
	{TYPE_TIME, "0"},
	{TYPE_TIME, "0s"},
	{TYPE_TIME, "41d"},
	{TYPE_TIME, "9999999999999s"},
	{TYPE_TIME, " 1s"},
	{TYPE_TIME, "1s "
		    "x"},
	{TYPE_SECONDS, "1500ms"},
	{TYPE_SECONDS, "10"},
	{TYPE_BYTES, "1TB"},
	{TYPE_BYTES, "MB"},
	{TYPE_BYTES, "0"},
	{TYPE_BYTES, "0x10"},
	{TYPE_BYTES, "4GiB"},
	{TYPE_COUNT, "0"},
	{TYPE_COUNT, "1s"},
	{TYPE_COUNT, "1k"},
	{TYPE_COUNT, "1e3"},
	{TYPE_COUNT, "4000000001"},
	{TYPE_COUNT, "true"},
	{TYPE_COUNT, "1_000"},
	{TYPE_COUNT, "18446744073709551616"},
};

START_TEST(a_number_without_sense_is_refused)
{
	ck_assert_uint_eq(number(bad_numbers[_i].type, bad_numbers[_i].text, NULL),
			  4242424242);
}
END_TEST

START_TEST(zero_is_said_with_its_word_or_as_0)
{
	ck_assert_uint_eq(number(TYPE_TIME, "off", "off"), 0);
	ck_assert_uint_eq(number(TYPE_TIME, "0", "off"), 0);
	ck_assert_uint_eq(number(TYPE_TIME, "0s", "off"), 0);
	ck_assert_uint_eq(number(TYPE_COUNT, "unlimited", "unlimited"), 0);
	ck_assert_uint_eq(number(TYPE_COUNT, "unlimited", "auto"), 4242424242);
	ck_assert_uint_eq(number(TYPE_COUNT, "Auto", "auto"), 4242424242);
}
END_TEST

static const struct config_row rate_row = {.type = TYPE_RATE, .words = "unlimited"};

static const struct {
	const char *text;
	double per_second;
	uint32_t burst;
} rates[] = {
	{"20/s burst 40", 20, 40},     {"20/s", 20, 20},
	{"20 / s  burst  40", 20, 40}, {"120/min", 2, 120},
	{"3600/h burst 1", 1, 1},      {"0.5/s", 0.5, 1},
	{"2.25/s", 2.25, 3},           {"1000000/s burst 1000000", 1000000, 1000000},
	{"unlimited", 0, 0},           {"0", 0, 0},
};

START_TEST(a_rate_has_a_burst_of_one_unit_unless_it_says_another)
{
	struct config_rate rate = {-1, 7};

	ck_assert_int_eq(
		config_value_set(&rate_row, str_from(rates[_i].text), &arena, &rate), 0);
	ck_assert_double_eq_tol(rate.per_second, rates[_i].per_second, 1e-12);
	ck_assert_uint_eq(rate.burst, rates[_i].burst);
}
END_TEST

static const char *const bad_rates[] = {
	"",
	"20",
	"/s",
	"20/",
	"20/day",
	"0/s",
	"-1/s",
	"1000001/s",
	"20/s burst",
	"20/s burst 0",
	"20/s 40",
	"20/s burst x",
	"1./s",
	".5/s",
	"1.1234567/s",
	"20/s burst 1000001",
	"20/s burst 4 0",
	"1,5/s",
};

START_TEST(a_rate_without_sense_is_refused)
{
	struct config_rate rate = {-1, 7};

	ck_assert_int_eq(
		config_value_set(&rate_row, str_from(bad_rates[_i]), &arena, &rate),
		-E_CONFIG);
	ck_assert_uint_eq(rate.burst, 7);
}
END_TEST

START_TEST(a_boolean_is_true_or_false_and_nothing_else)
{
	static const struct config_row row = {.type = TYPE_BOOL};
	static const char *const others[] = {"yes",  "no", "on", "True",
					     "TRUE", "1",  "0",  ""};
	bool truth = false;

	ck_assert_int_eq(config_value_set(&row, STR("true"), &arena, &truth), 0);
	ck_assert(truth);
	ck_assert_int_eq(config_value_set(&row, STR("false"), &arena, &truth), 0);
	ck_assert(!truth);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_int_eq(
			config_value_set(&row, str_from(others[i]), &arena, &truth),
			-E_CONFIG);
}
END_TEST

START_TEST(a_choice_is_the_place_of_its_word)
{
	static const struct config_row row = {.type = TYPE_CHOICE,
					      .words = "one two three"};
	int choice = -1;

	ck_assert_int_eq(config_value_set(&row, STR("three"), &arena, &choice), 0);
	ck_assert_int_eq(choice, 2);
	ck_assert_int_eq(config_value_set(&row, STR("one two"), &arena, &choice),
			 -E_CONFIG);
	ck_assert_int_eq(config_value_set(&row, STR(""), &arena, &choice), -E_CONFIG);
	ck_assert_int_eq(choice, 2);
}
END_TEST

START_TEST(a_text_is_copied_within_its_bounds)
{
	static const struct config_row row = {.type = TYPE_TEXT, .min = "2", .max = "4"};
	char *text = NULL, word[] = "abcd";

	ck_assert_int_eq(config_value_set(&row, str_from(word), &arena, &text), 0);
	word[0] = 'x';
	ck_assert_str_eq(text, "abcd");
	ck_assert_int_eq(config_value_set(&row, STR("a"), &arena, &text), -E_CONFIG);
	ck_assert_int_eq(config_value_set(&row, STR("abcde"), &arena, &text), -E_CONFIG);
	ck_assert_int_eq(config_value_set(&row, STR("a\0b"), &arena, &text), -E_CONFIG);
	ck_assert_int_eq(config_value_set(&row, STR("a\nb"), &arena, &text), -E_CONFIG);
	ck_assert_str_eq(text, "abcd");
}
END_TEST

static void
forget(void)
{
	arena_fini(&arena);
	arena = ARENA_INIT;
}

Suite *
config_value_suite(void)
{
	Suite *suite = suite_create("config_value");
	TCase *tcase = tcase_create("values");

	tcase_add_checked_fixture(tcase, NULL, forget);
	tcase_add_loop_test(tcase, a_number_is_read_with_its_unit, 0,
			    sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_loop_test(tcase, a_number_without_sense_is_refused, 0,
			    sizeof(bad_numbers) / sizeof(bad_numbers[0]));
	tcase_add_test(tcase, zero_is_said_with_its_word_or_as_0);
	tcase_add_loop_test(tcase, a_rate_has_a_burst_of_one_unit_unless_it_says_another,
			    0, sizeof(rates) / sizeof(rates[0]));
	tcase_add_loop_test(tcase, a_rate_without_sense_is_refused, 0,
			    sizeof(bad_rates) / sizeof(bad_rates[0]));
	tcase_add_test(tcase, a_boolean_is_true_or_false_and_nothing_else);
	tcase_add_test(tcase, a_choice_is_the_place_of_its_word);
	tcase_add_test(tcase, a_text_is_copied_within_its_bounds);
	suite_add_tcase(suite, tcase);
	return suite;
}
