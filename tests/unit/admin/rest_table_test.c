/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of calls: finding a row, what its schemas are worth, and the document made of it. */
#include "admin/rest_table.h"

#include "admin/openapi.h"
#include "admin/rest_chat.h"
#include "policy/schema.h"
#include "proto/json.h"
#include "unit/admin/suites.h"

static const struct rest_row *
find(const char *path, enum http_method method, const char *param, const char *methods)
{
	char allow[32];
	struct str text;
	const struct rest_row *row = rest_find(str_from(path), method, &text, allow);

	if (param)
		ck_assert_msg(str_eq(text, str_from(param)), "%s: {%.*s}", path,
			      STR_ARG(text));
	ck_assert_str_eq(allow, methods);
	return row;
}

START_TEST(a_path_is_found_with_what_stands_in_it)
{
	ck_assert_ptr_nonnull(find("/api/v1/publish", HTTP_POST, NULL, ""));
	ck_assert_ptr_nonnull(find("/api/v1/publish/", HTTP_POST, NULL, ""));
	ck_assert_ptr_nonnull(find("/api/v1/messages", HTTP_POST, NULL, ""));
	ck_assert_ptr_nonnull(find("/api/v1/messages/", HTTP_POST, NULL, ""));
	ck_assert_str_eq(find("/api/v1/rooms/a%2Fb/members", HTTP_GET, "a%2Fb", "")->path,
			 "/api/v1/rooms/{room}/members");
	ck_assert_str_eq(find("/api/v1/messages/reactions", HTTP_POST, NULL, "")->path,
			 "/api/v1/messages/reactions");
	ck_assert_str_eq(find("/api/v1/messages/x/why", HTTP_GET, "x", "")->path,
			 "/api/v1/messages/{id}/why");
}
END_TEST

START_TEST(what_is_not_there_is_told_from_what_is_not_allowed)
{
	static const char *const nowhere[] = {
		"",
		"/",
		"/api/v1",
		"/api/v1/publishe",
		"/api",
		"/api/v1/publish//",
		"/api/v1/rooms//members",
		"/api/v1/rooms/a/b/members",
		"api/v1",
		"/API/v1/publish",
		"/api/v1/publish/batch/x",
		"/api/v1/rooms/a",
	};

	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++)
		ck_assert_ptr_null(find(nowhere[i], HTTP_POST, NULL, ""));
	ck_assert_ptr_null(find("/api/v1/publish", HTTP_GET, NULL, "POST"));
	ck_assert_ptr_null(find("/api/v1/notifications", HTTP_DELETE, NULL, "GET, POST"));
	ck_assert_ptr_null(find("/api/v1/publish", HTTP_OTHER, NULL, "POST"));
}
END_TEST

static void
check_schema(const char *quoted)
{
	struct buf text = BUF_INIT, errors = BUF_INIT;
	struct schema *schema = NULL;

	openapi_add_schema(&text, quoted);
	ck_assert_msg(schema_compile(buf_str(&text), &schema, &errors) == 0, "%.*s: %.*s",
		      STR_ARG(buf_str(&text)), STR_ARG(buf_str(&errors)));
	schema_free(schema);
	buf_fini(&text);
	buf_fini(&errors);
}

START_TEST(every_schema_is_one)
{
	for (size_t i = 0; i < rest_rows_n; i++) {
		ck_assert_ptr_nonnull(rest_rows[i].serve);
		check_schema(rest_rows[i].answer);
		if (rest_rows[i].body)
			check_schema(rest_rows[i].body);
		ck_assert_int_eq(rest_rows[i].body == NULL,
				 rest_rows[i].method == HTTP_GET);
	}
}
END_TEST

START_TEST(the_document_names_every_call_once_and_those_of_demo_mode_in_it_only)
{
	const struct json_limits limits = {.depth = 64, .values = 100000};
	size_t calls_n[2] = {0, 0}, demo_n = 0;

	for (size_t i = 0; i < rest_rows_n; i++)
		demo_n += (rest_rows[i].flags & REST_DEMO) != 0;
	for (int with_demo = 0; with_demo < 2; with_demo++) {
		struct frame *f = openapi_document(with_demo);
		struct str text = {f->bytes, f->len}, paths, path, key, method;
		struct json_walk walk, methods;

		ck_assert_int_eq(json_check(text, &limits, NULL), 0);
		ck_assert(json_get(text, STR("paths"), &paths));
		for (walk = json_walk(paths); json_next_member(&walk, &key, &path);)
			for (methods = json_walk(path);
			     json_next_member(&methods, &key, &method);)
				calls_n[with_demo]++;
		frame_unref(f);
	}
	ck_assert_uint_eq(calls_n[1], rest_rows_n);
	ck_assert_uint_eq(calls_n[0], rest_rows_n - demo_n);
	ck_assert_uint_gt(demo_n, 0);
}
END_TEST

START_TEST(a_mention_is_a_word_of_its_own)
{
	static const struct {
		const char *content, *username;
		bool is_one;
	} rows[] = {
		{"@bob", "bob", true},
		{"hey @bob!", "bob", true},
		{"(@bob)", "bob", true},
		{"@bob, @ann", "ann", true},
		{"@bobby @bob", "bob", true},
		{"@bob.", "bob", true},
		{"@bobby", "bob", false},
		{"x@bob", "bob", false},
		{"bob", "bob", false},
		{"@ bob", "bob", false},
		{"", "bob", false},
		{"@", "", false},
		{"@bob_", "bob", false},
		{"@Bob", "bob", false},
		{"@b\xc3\xb6", "b\xc3\xb6", true},
		{"@b\xc3\xb6", "b", false},
		{"@@bob", "bob", true},
		{"@john.doe", "john.doe", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(rest_mentions(str_from(rows[i].content),
					    str_from(rows[i].username)) == rows[i].is_one,
			      "%s", rows[i].content);
}
END_TEST

Suite *
rest_table_suite(void)
{
	Suite *s = suite_create("rest_table");
	TCase *c = tcase_create("rows");

	tcase_add_test(c, a_path_is_found_with_what_stands_in_it);
	tcase_add_test(c, what_is_not_there_is_told_from_what_is_not_allowed);
	tcase_add_test(c, every_schema_is_one);
	tcase_add_test(
		c, the_document_names_every_call_once_and_those_of_demo_mode_in_it_only);
	tcase_add_test(c, a_mention_is_a_word_of_its_own);
	suite_add_tcase(s, c);
	return s;
}
