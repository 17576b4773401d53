/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/keymap.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/base/suites.h"

enum { OBJECTS = 500 };

struct object {
	bool is_in;
	struct key name;
};

static struct object *objects[OBJECTS];

static struct keymap
make(void)
{
	char name[16];

	for (int i = 0; i < OBJECTS; i++) {
		snprintf(name, sizeof(name), "name-%d", i * 7919);
		objects[i] = calloc(
			1, key_size(offsetof(struct object, name), strlen(name)));
		key_set(&objects[i]->name, str_from(name));
	}
	return KEYMAP_INIT(struct object, name);
}

static void
unmake(struct keymap *m)
{
	keymap_fini(m);
	for (int i = 0; i < OBJECTS; i++)
		free(objects[i]);
}

START_TEST(random_additions_and_removals_are_as_in_a_list)
{
	struct keymap m = make();
	uint32_t n = 0;

	srandom(4);
	for (int step = 0; step < 50000; step++) {
		struct object *o = objects[random() % OBJECTS];

		ck_assert_ptr_eq(keymap_get(&m, key_str(&o->name)), o->is_in ? o : NULL);
		if (random() % 2) {
			ck_assert_int_eq(keymap_add(&m, o), o->is_in ? -E_DUPLICATE : 0);
			n += !o->is_in;
			o->is_in = true;
		} else {
			keymap_remove(&m, o);
			n -= o->is_in;
			o->is_in = false;
		}
		ck_assert_uint_eq(m.places.n, n);
	}
	for (int i = 0; i < OBJECTS; i++)
		keymap_remove(&m, objects[i]);
	ck_assert_ptr_null(m.places.at);
	unmake(&m);
}
END_TEST

START_TEST(a_name_that_only_begins_like_one_is_not_there)
{
	struct keymap m = make();

	ck_assert_int_eq(keymap_add(&m, objects[1]), 0);
	ck_assert_ptr_eq(keymap_get(&m, STR("name-7919")), objects[1]);
	ck_assert_ptr_null(keymap_get(&m, STR("name-791")));
	ck_assert_ptr_null(keymap_get(&m, STR("name-79190")));
	ck_assert_ptr_null(keymap_get(&m, STR("")));
	unmake(&m);
}
END_TEST

START_TEST(another_object_of_the_same_name_does_not_remove_the_one_that_is_there)
{
	struct keymap m = make();
	struct object *twin = calloc(1, key_size(offsetof(struct object, name), 6));

	key_set(&twin->name, STR("name-0"));
	ck_assert_int_eq(keymap_add(&m, objects[0]), 0);
	ck_assert_int_eq(keymap_add(&m, twin), -E_DUPLICATE);
	keymap_remove(&m, twin);
	ck_assert_ptr_eq(keymap_get(&m, STR("name-0")), objects[0]);
	free(twin);
	unmake(&m);
}
END_TEST

START_TEST(walking_visits_each_object_once)
{
	struct keymap m = make();
	int seen = 0;

	for (int i = 0; i < OBJECTS; i++)
		ck_assert_int_eq(keymap_add(&m, objects[i]), 0);
	for (size_t at = 0; keymap_next(&m, &at);)
		seen++;
	ck_assert_int_eq(seen, OBJECTS);
	unmake(&m);
}
END_TEST

Suite *
keymap_suite(void)
{
	Suite *s = suite_create("keymap");
	TCase *tc = tcase_create("keymap");

	tcase_add_test(tc, random_additions_and_removals_are_as_in_a_list);
	tcase_add_test(tc, a_name_that_only_begins_like_one_is_not_there);
	tcase_add_test(
		tc,
		another_object_of_the_same_name_does_not_remove_the_one_that_is_there);
	tcase_add_test(tc, walking_visits_each_object_once);
	suite_add_tcase(s, tc);
	return s;
}
