/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/base/suites.h"

enum { NAMES = 500 };

static char names[NAMES][16];
static bool is_in[NAMES];

static void
make_names(void)
{
	for (int i = 0; i < NAMES; i++)
		snprintf(names[i], sizeof(names[i]), "name-%d", i * 7919);
}

START_TEST(random_additions_and_removals_are_as_in_a_list)
{
	struct map m = MAP_INIT;
	uint32_t n = 0;

	make_names();
	srandom(1);
	for (int step = 0; step < 50000; step++) {
		int i = (int)(random() % NAMES);
		struct str key = str_from(names[i]);

		ck_assert_ptr_eq(map_get(&m, key), is_in[i] ? names[i] : NULL);
		if (random() % 2) {
			ck_assert_int_eq(map_add(&m, key, names[i]),
					 is_in[i] ? -E_DUPLICATE : 0);
			n += !is_in[i];
			is_in[i] = true;
		} else {
			ck_assert_ptr_eq(map_remove(&m, key), is_in[i] ? names[i] : NULL);
			n -= is_in[i];
			is_in[i] = false;
		}
		ck_assert_uint_eq(m.n, n);
	}
	map_fini(&m);
}
END_TEST

START_TEST(walking_visits_each_value_once)
{
	struct map m = MAP_INIT;
	int seen = 0;

	make_names();
	for (int i = 0; i < NAMES; i++)
		ck_assert_int_eq(map_add(&m, str_from(names[i]), names[i]), 0);
	for (size_t at = 0; map_next(&m, &at);)
		seen++;
	ck_assert_int_eq(seen, NAMES);
	map_fini(&m);
}
END_TEST

START_TEST(an_empty_map_holds_no_memory)
{
	struct map m = MAP_INIT;

	make_names();
	for (int i = 0; i < NAMES; i++)
		ck_assert_int_eq(map_add(&m, str_from(names[i]), names[i]), 0);
	for (int i = 0; i < NAMES; i++)
		ck_assert_ptr_nonnull(map_remove(&m, str_from(names[i])));
	ck_assert_ptr_null(m.entries);
	ck_assert_ptr_null(map_get(&m, STR("name-0")));
}
END_TEST

Suite *
map_suite(void)
{
	Suite *s = suite_create("map");
	TCase *t = tcase_create("map");

	tcase_add_test(t, random_additions_and_removals_are_as_in_a_list);
	tcase_add_test(t, walking_visits_each_value_once);
	tcase_add_test(t, an_empty_map_holds_no_memory);
	suite_add_tcase(s, t);
	return s;
}
