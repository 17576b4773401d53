/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/idmap.h"
#include "base/random.h"

#include <stdlib.h>

#include "unit/base/suites.h"

enum { OBJECTS = 400, ID = 20 };

static struct object {
	char id[ID];
	bool is_in;
} objects[OBJECTS];

static struct idmap
make(void)
{
	for (int i = 0; i < OBJECTS; i++)
		random_bytes(objects[i].id, ID);
	return IDMAP_INIT(ID);
}

START_TEST(random_additions_and_removals_are_as_in_a_list)
{
	struct idmap m = make();
	uint32_t n = 0;

	srandom(2);
	for (int step = 0; step < 50000; step++) {
		struct object *o = &objects[random() % OBJECTS];

		ck_assert_ptr_eq(idmap_get(&m, (struct str){o->id, ID}),
				 o->is_in ? o : NULL);
		if (random() % 2) {
			ck_assert_int_eq(idmap_add(&m, o), o->is_in ? -E_DUPLICATE : 0);
			n += !o->is_in;
			o->is_in = true;
		} else {
			idmap_remove(&m, o);
			n -= o->is_in;
			o->is_in = false;
		}
		ck_assert_uint_eq(m.places.n, n);
	}
	for (int i = 0; i < OBJECTS; i++)
		idmap_remove(&m, &objects[i]);
	ck_assert_ptr_null(m.places.at);
}
END_TEST

START_TEST(an_id_of_another_length_is_not_there)
{
	struct idmap m = make();

	ck_assert_int_eq(idmap_add(&m, &objects[0]), 0);
	ck_assert_ptr_null(idmap_get(&m, (struct str){objects[0].id, ID - 1}));
	ck_assert_ptr_null(idmap_get(&m, STR("")));
	idmap_fini(&m);
	ck_assert_ptr_null(idmap_get(&m, (struct str){objects[0].id, ID}));
}
END_TEST

START_TEST(walking_visits_each_object_once)
{
	struct idmap m = make();
	int seen = 0;

	for (int i = 0; i < OBJECTS; i++)
		ck_assert_int_eq(idmap_add(&m, &objects[i]), 0);
	for (size_t at = 0; idmap_next(&m, &at);)
		seen++;
	ck_assert_int_eq(seen, OBJECTS);
	idmap_fini(&m);
}
END_TEST

Suite *
idmap_suite(void)
{
	Suite *s = suite_create("idmap");
	TCase *t = tcase_create("idmap");

	tcase_add_test(t, random_additions_and_removals_are_as_in_a_list);
	tcase_add_test(t, an_id_of_another_length_is_not_there);
	tcase_add_test(t, walking_visits_each_object_once);
	suite_add_tcase(s, t);
	return s;
}
