/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/router.h"

#include "unit/transport/suites.h"

/* The rows are asked in this order. */
static const struct route rows[] = {
	{.path = "/a", .host = "x.example"},
	{.path = "/a", .listener = "inner"},
	{.path = "/a"},
	{.path = "/tree/", .subtree = true},
	{.path = "/"},
	{.path = "/all", .subtree = true},
	{.path = "/", .subtree = true, .listener = "files"},
};

static const struct {
	const char *listener, *host, *path;
	int row; /* -1: none */
	const char *rest;
} cases[] = {
	{"public", "x.example", "/a", 0, ""},
	{"public", "X.EXAMPLE:80", "/a/", 0, "/"},
	{"public", "x.example.org", "/a", 2, ""},
	{"inner", "y", "/a", 1, ""},
	{"public", "y", "/a", 2, ""},
	{"public", "", "/a", 2, ""},
	{"public", "y", "/ab", -1, ""},
	{"public", "y", "/a/b", -1, ""},
	{"public", "y", "/A", -1, ""},
	{"public", "y", "/tree", 3, ""},
	{"public", "y", "/tree/", 3, "/"},
	{"public", "y", "/tree/x/y", 3, "/x/y"},
	{"public", "y", "/treehouse", -1, ""},
	{"public", "y", "/", 4, "/"},
	{"public", "[::1]:80", "/", 4, "/"},
	{"public", "y", "/all/../a", 5, "/../a"},
	{"files", "y", "/any/thing", 6, "/any/thing"},
	{"public", "y", "*", -1, ""},
};

START_TEST(the_first_row_that_fits_answers)
{
	struct router *r = router_new();
	const struct route *found;
	size_t n = sizeof(rows) / sizeof(rows[0]);

	for (size_t i = 0; i < n; i++) {
		struct route row = rows[i];

		row.arg = (void *)(uintptr_t)&rows[i];
		ck_assert_int_eq(router_add(r, &row), 0);
	}
	found = router_find(r, str_from(cases[_i].listener), str_from(cases[_i].host),
			    str_from(cases[_i].path));
	if (cases[_i].row < 0) {
		ck_assert_ptr_null(found);
	} else {
		ck_assert_ptr_nonnull(found);
		ck_assert_ptr_eq(found->arg, &rows[cases[_i].row]);
		ck_assert(str_eq(route_rest(found, str_from(cases[_i].path)),
				 str_from(cases[_i].rest)));
	}
	router_free(r);
}
END_TEST

Suite *
router_suite(void)
{
	Suite *s = suite_create("router");
	TCase *t = tcase_create("router");

	tcase_add_loop_test(t, the_first_row_that_fits_answers, 0,
			    sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}
