/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/uri.h"

#include "base/errors.h"
#include "unit/proto/suites.h"

START_TEST(a_target_is_cut_at_the_first_question_mark)
{
	static const struct {
		const char *target, *path, *query;
	} rows[] = {
		{"/", "/", ""},
		{"/a/b", "/a/b", ""},
		{"/a?", "/a", ""},
		{"/?b=c", "/", "b=c"},
		{"/a?b?c/d", "/a", "b?c/d"},
		{"//a%2Fb;c?%zz|{}", "//a%2Fb;c", "%zz|{}"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct uri uri;

		ck_assert_int_eq(uri_split(str_from(rows[i].target), &uri), 0);
		ck_assert_msg(str_eq(uri.path, str_from(rows[i].path)), "%s",
			      rows[i].target);
		ck_assert_msg(str_eq(uri.query, str_from(rows[i].query)), "%s",
			      rows[i].target);
	}
}
END_TEST

START_TEST(what_is_not_origin_form_is_refused)
{
	static const struct str refused[] = {
		{"", 0},      {"*", 1},   {"a", 1},     {"http://a/", 9},
		{"?a", 2},    {"/#", 2},  {"/?#", 3},   {"/ ", 2},
		{"/a\tb", 4}, {"/\0", 2}, {"/\x7f", 2}, {"/\xc3\xa9", 3},
	};
	struct uri uri;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(uri_split(refused[i], &uri) == -E_HTTP_SYNTAX, "row %zu",
			      i);
}
END_TEST

START_TEST(one_bad_byte_is_found_at_every_place)
{
	char target[20];
	struct uri uri;

	for (size_t n = 2; n <= sizeof(target); n++)
		for (size_t at = 1; at < n; at++)
			for (int c = 0; c < 256; c++) {
				bool is_good = c > ' ' && c <= '~' && c != '#';

				memset(target, at % 2 ? '!' : '~', n);
				target[0] = '/';
				target[at] = (char)c;
				ck_assert_msg((uri_split((struct str){target, n}, &uri) ==
					       0) == is_good,
					      "%#x at %zu of %zu", c, at, n);
			}
}
END_TEST

START_TEST(escapes_are_decoded)
{
	static const struct {
		const char *raw;
		bool plus_is_space;
		struct str text; /* ptr NULL when refused */
	} rows[] = {
		{"", false, {"", 0}},
		{"abc", false, {"abc", 3}},
		{"%41%4a%4A%c3%A9", false, {"AJJ\xc3\xa9", 5}},
		{"a+b%2B", true, {"a b+", 4}},
		{"a+b%2B", false, {"a+b+", 4}},
		{"%00", false, {"\0", 1}},
		{"%2541", false, {"%41", 3}},
		{"%", false, {NULL, 0}},
		{"a%4", false, {NULL, 0}},
		{"%4g", false, {NULL, 0}},
		{"%g4", false, {NULL, 0}},
		{"%%41", false, {NULL, 0}},
		{"%+1", true, {NULL, 0}},
	};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str out;
		int error = uri_decode(str_from(rows[i].raw), rows[i].plus_is_space,
				       &arena, &out);

		ck_assert_int_eq(error, rows[i].text.ptr ? 0 : -E_PERCENT);
		if (!error)
			ck_assert_msg(str_eq(out, rows[i].text), "%s", rows[i].raw);
	}
	arena_fini(&arena);
}
END_TEST

START_TEST(the_first_member_of_a_name_counts)
{
	static const struct {
		const char *query, *name, *value; /* NULL when there is none */
	} rows[] = {
		{"EIO=4&transport=polling", "EIO", "4"},
		{"EIO=4&transport=polling", "transport", "polling"},
		{"EIO=4&EIO=3", "EIO", "4"},
		{"EIO=4", "eio", NULL},
		{"EIO4=1&EIO=2", "EIO", "2"},
		{"EI=1&EIO=2", "EIO", "2"},
		{"a", "a", ""},
		{"a=", "a", ""},
		{"a==b", "a", "=b"},
		{"a&b=1", "a", ""},
		{"a&b=1", "b", "1"},
		{"&&a=1&", "a", "1"},
		{"=1", "", "1"},
		{"", "a", NULL},
		{"x%20y+z=a+%26b", "x y z", "a &b"},
		{"%61=1", "a", "1"},
		{"%6=1&a=2", "a", "2"},
		{"a=%&a=2", "a", NULL},
		{"x%20y=1&x+y=2", "x y", "1"},
		{"x+y=2", "x y", "2"},
		{"ab=1&a=2", "a", "2"},
	};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str value;
		bool found = query_get(str_from(rows[i].query), str_from(rows[i].name),
				       &arena, &value);

		ck_assert_msg(found == (rows[i].value != NULL), "row %zu", i);
		if (found)
			ck_assert_msg(str_eq(value, str_from(rows[i].value)), "row %zu",
				      i);
	}
	arena_fini(&arena);
}
END_TEST

START_TEST(a_query_is_walked_raw)
{
	struct query q = query_walk(STR("a=1&&b&=c&d=%20=&"));
	struct str name, value;
	static const char *const members[][2] = {
		{"a", "1"}, {"b", ""}, {"", "c"}, {"d", "%20="}};

	for (size_t i = 0; i < 4; i++) {
		ck_assert(query_next(&q, &name, &value));
		ck_assert(str_eq(name, str_from(members[i][0])));
		ck_assert(str_eq(value, str_from(members[i][1])));
	}
	ck_assert(!query_next(&q, &name, &value));
}
END_TEST

START_TEST(a_path_names_a_file_below_the_root_or_nothing)
{
	static const struct {
		const char *path;
		int error;
		const char *name;
	} rows[] = {
		{"/", 0, ""},
		{"/index.html", 0, "index.html"},
		{"/a/b.js", 0, "a/b.js"},
		{"/a/", 0, "a/"},
		{"//a//b", 0, "a/b"},
		{"/./a/./b/.", 0, "a/b/"},
		{"/a/../b", 0, "b"},
		{"/a/b/..", 0, "a/"},
		{"/a/..", 0, ""},
		{"/a/%2e%2E/b", 0, "b"},
		{"/%2e/b", 0, "b"},
		{"/a%20b+c", 0, "a b+c"},
		{"/a..b/c...", 0, "a..b/c..."},
		{"/..", -E_FORBIDDEN, NULL},
		{"/../a", -E_FORBIDDEN, NULL},
		{"/a/../../b", -E_FORBIDDEN, NULL},
		{"/a/%2e%2e/%2e%2e/b", -E_FORBIDDEN, NULL},
		{"/.git/config", -E_FORBIDDEN, NULL},
		{"/a/.htaccess", -E_FORBIDDEN, NULL},
		{"/a/%2ehtaccess", -E_FORBIDDEN, NULL},
		{"/...", -E_FORBIDDEN, NULL},
		{"/a%2fb", -E_FORBIDDEN, NULL},
		{"/..%2F", -E_FORBIDDEN, NULL},
		{"/..%5c", -E_FORBIDDEN, NULL},
		{"/a\\b", -E_FORBIDDEN, NULL},
		{"/a%00.html", -E_FORBIDDEN, NULL},
		{"/a%", -E_PERCENT, NULL},
		{"/a%2", -E_PERCENT, NULL},
		{"", -E_FORBIDDEN, NULL},
		{"*", -E_FORBIDDEN, NULL},
		{"a", -E_FORBIDDEN, NULL},
	};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str name;
		int error = uri_file_name(str_from(rows[i].path), &arena, &name);

		ck_assert_msg(error == rows[i].error, "%s: %d", rows[i].path, error);
		if (!error)
			ck_assert_str_eq(name.ptr, rows[i].name);
	}
	arena_fini(&arena);
}
END_TEST

Suite *
uri_suite(void)
{
	Suite *s = suite_create("uri");
	TCase *t = tcase_create("uri");

	tcase_add_test(t, a_target_is_cut_at_the_first_question_mark);
	tcase_add_test(t, what_is_not_origin_form_is_refused);
	tcase_add_test(t, one_bad_byte_is_found_at_every_place);
	tcase_add_test(t, escapes_are_decoded);
	tcase_add_test(t, the_first_member_of_a_name_counts);
	tcase_add_test(t, a_query_is_walked_raw);
	tcase_add_test(t, a_path_names_a_file_below_the_root_or_nothing);
	suite_add_tcase(s, t);
	return s;
}
