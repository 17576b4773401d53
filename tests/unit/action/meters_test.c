/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/meters.h"
#include "action/plugin.h"
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

static struct tg_counter retries, waiting;

static void
setup(void)
{
	fake_new(NULL, 0);
	ck_assert_int_eq(tg_add_counter("retries", "requests sent again", 0, &retries),
			 TG_OK);
	ck_assert_int_eq(
		tg_add_counter("waiting", "requests that wait", TG_GAUGE, &waiting),
		TG_OK);
}

static const char *
metrics(void)
{
	static struct buf text;

	buf_clear(&text);
	meters_write(&fake.actions->registry.meters, &text);
	buf_add_char(&text, '\0');
	return text.data;
}

START_TEST(a_plugins_counters_are_metrics)
{
	fake_open();
	tg_count(retries, 2);
	tg_count(retries, 1);
	tg_count(waiting, 5);
	tg_count(waiting, -4);
	ck_assert_str_eq(metrics(),
			 "# HELP tidegate_plugin_test_retries requests sent again\n"
			 "# TYPE tidegate_plugin_test_retries counter\n"
			 "tidegate_plugin_test_retries 3\n"
			 "# HELP tidegate_plugin_test_waiting requests that wait\n"
			 "# TYPE tidegate_plugin_test_waiting gauge\n"
			 "tidegate_plugin_test_waiting 1\n");
}
END_TEST

START_TEST(a_counter_of_zeros_counts_nothing)
{
	fake_open();
	tg_count((struct tg_counter){0}, 1);
	ck_assert_ptr_nonnull(strstr(metrics(), "retries 0\n"));
	ck_assert_ptr_nonnull(strstr(metrics(), "waiting 0\n"));
}
END_TEST

START_TEST(a_counter_needs_a_name_of_its_own)
{
	static const char *const bad[] = {"", "With-Sign", "a b", "retries"};
	struct tg_counter c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_ne(tg_add_counter(bad[i], "help", 0, &c), TG_OK);
	ck_assert_int_eq(tg_add_counter("x", NULL, 0, &c), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_add_counter("x", "two\nlines", 0, &c), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_add_counter("x", "back\\slash", 0, &c), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_add_counter(NULL, "help", 0, &c), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_add_counter("x", "help", 0, NULL), TG_E_ARGUMENT);
	ck_assert(fake.host.is_at_fault);
	fake_open();
	ck_assert_int_eq(tg_add_counter("late", "help", 0, &c), TG_E_STATE);
}
END_TEST

START_TEST(a_refused_plugin_leaves_no_counters)
{
	struct tg_host other = {.all = fake.actions};
	static char name[] = "my-other";
	uint64_t id;
	struct buf why = BUF_INIT;

	other.name = name;
	ck_assert_int_eq(meters_add(&fake.actions->registry.meters, &other,
				    str_from(other.name), STR("x"), "help", false, &why,
				    &id),
			 0);
	ck_assert_ptr_nonnull(strstr(metrics(), "tidegate_plugin_my_other_x 0\n"));
	registry_remove(&fake.actions->registry, &other);
	ck_assert_ptr_null(strstr(metrics(), "my_other"));
	ck_assert_ptr_nonnull(strstr(metrics(), "retries"));
	fake_open();
}
END_TEST

Suite *
meters_suite(void)
{
	Suite *s = suite_create("meters");
	TCase *t = tcase_create("meters");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, a_plugins_counters_are_metrics);
	tcase_add_test(t, a_counter_of_zeros_counts_nothing);
	tcase_add_test(t, a_counter_needs_a_name_of_its_own);
	tcase_add_test(t, a_refused_plugin_leaves_no_counters);
	suite_add_tcase(s, t);
	return s;
}
