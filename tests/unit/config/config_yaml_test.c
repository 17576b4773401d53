/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_yaml.h"

#include "base/errors.h"
#include "unit/config/suites.h"

static struct arena arena;
static struct buf lines;

static int
read_text(struct str text, struct config_node **root_out)
{
	struct config_report report = {.lines = &lines};

	buf_clear(&lines);
	return config_yaml_read(text, "t.yaml", true, &arena, &report, root_out);
}

static const struct {
	const char *text, *line;
} refusals[] = {
	{"a: 1\n--- {}\n", "t.yaml:2:1: expected one document, found a second\n"},
	{"a: &x 1\n", "t.yaml:1:4: expected plain YAML, found an anchor\n"},
	{"a: 1\nb: *x\n", "t.yaml:2:4: expected plain YAML, found an alias\n"},
	{"*x\n", "t.yaml:1:1: expected plain YAML, found an alias\n"},
	{"a: !!str 1\n", "t.yaml:1:4: expected plain YAML, found a tag\n"},
	{"a: &x {b: 1}\n", "t.yaml:1:4: expected plain YAML, found an anchor\n"},
	{"a: !t [b]\n", "t.yaml:1:4: expected plain YAML, found a tag\n"},
	{"? [a]\n: 1\n", "t.yaml:1:3: expected a key, which is one word\n"},
	{"{a: 1}: 1\n", "t.yaml:1:1: expected a key, which is one word\n"},
	{"a: [1\n", "t.yaml:2:1: not valid YAML: did not find expected ',' or ']' while "
		    "parsing a flow "
		    "sequence\n"},
	{"a: 'x\n", "t.yaml:2:1: not valid YAML: found unexpected end of stream while "
		    "scanning a quoted "
		    "scalar\n"},
	{"a: 1\n\tb: 2\n", "t.yaml:2:1: not valid YAML: found a tab character that "
			   "violates indentation while "
			   "scanning a plain scalar\n"},
	{"a: 1\nbc\xff: 2\n",
	 "t.yaml:2:3: not valid YAML: invalid leading UTF-8 octet\n"},
	{"a: \x01\n", "t.yaml:1:4: not valid YAML: control characters are not allowed\n"},
};

START_TEST(what_is_refused_says_where)
{
	struct config_node *root;

	ck_assert_int_eq(read_text(str_from(refusals[_i].text), &root), -E_CONFIG);
	buf_add_char(&lines, '\0');
	ck_assert_str_eq(lines.data, refusals[_i].line);
}
END_TEST

START_TEST(nodes_know_their_place_and_shape)
{
	struct config_node *root, *list, *item;

	ck_assert_int_eq(
		read_text(STR("a: 1\nlist:\n  - x\n  - {k: 'v'}\nnone:\n"), &root), 0);
	ck_assert_int_eq(root->kind, NODE_MAP);
	ck_assert_uint_eq(root->children_n, 3);
	list = config_node_find(root, STR("list"));
	ck_assert_int_eq(list->kind, NODE_LIST);
	ck_assert_uint_eq(list->name_line, 2);
	ck_assert_uint_eq(list->name_column, 1);
	item = config_node_item(list, 0);
	ck_assert(item->is_plain && str_eq(item->text, STR("x")));
	ck_assert_uint_eq(item->line, 3);
	ck_assert_uint_eq(item->column, 5);
	item = config_node_find(config_node_item(list, 1), STR("k"));
	ck_assert(!item->is_plain && str_eq(item->text, STR("v")));
	ck_assert_uint_eq(item->line, 4);
	ck_assert_uint_eq(item->column, 9);
	ck_assert_ptr_null(config_node_item(list, 2));
	ck_assert_ptr_null(config_node_find(root, STR("b")));
	ck_assert(config_node_is_empty(config_node_find(root, STR("none"))));
	ck_assert(!config_node_is_empty(config_node_find(root, STR("a"))));
}
END_TEST

START_TEST(columns_count_letters_not_bytes)
{
	struct config_node *root;

	ck_assert_int_eq(read_text(STR("\"\xc3\xa4\xc3\xb6\": x\n"), &root), 0);
	ck_assert_uint_eq(root->first->column, 7);
}
END_TEST

START_TEST(a_text_without_content_has_no_root)
{
	static const char *const empty[] = {"", "\n\n", "# comment\n", "---\n",
					    "%YAML 1.1\n---\n"};
	struct config_node *root;

	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		ck_assert_int_eq(read_text(str_from(empty[i]), &root), 0);
		ck_assert_ptr_null(root);
	}
	ck_assert_int_eq(read_text((struct str){NULL, 0}, &root), 0);
	ck_assert_ptr_null(root);
}
END_TEST

static void
assert_refused(const struct buf *text, const char *why)
{
	struct config_node *root;

	ck_assert_int_eq(read_text(buf_str(text), &root), -E_CONFIG);
	buf_add_char(&lines, '\0');
	ck_assert_ptr_nonnull(strstr(lines.data, why));
}

START_TEST(depth_has_a_limit)
{
	struct buf text = BUF_INIT;
	struct config_node *root;

	for (int i = 0; i < CONFIG_YAML_DEPTH_MAX; i++)
		buf_add_char(&text, '[');
	for (int i = 0; i < CONFIG_YAML_DEPTH_MAX; i++)
		buf_add_char(&text, ']');
	ck_assert_int_eq(read_text(buf_str(&text), &root), 0);
	buf_clear(&text);
	for (int i = 0; i < 100000; i++)
		buf_add_char(&text, '[');
	assert_refused(&text, "t.yaml:1:18: nested too deep");
	buf_clear(&text);
	for (int i = 0; i < 100000; i++)
		buf_add_str(&text, STR("- "));
	assert_refused(&text, "nested too deep");
	buf_fini(&text);
}
END_TEST

START_TEST(size_and_number_have_limits)
{
	struct buf text = BUF_INIT;

	buf_add_char(&text, '[');
	for (int i = 0; i <= CONFIG_YAML_NODES_MAX; i++)
		buf_add_str(&text, STR("x, "));
	buf_add_char(&text, ']');
	assert_refused(&text, "too many values");
	buf_clear(&text);
	buf_add_char(&text, '#');
	for (int i = 0; i < CONFIG_YAML_BYTES_MAX; i++)
		buf_add_char(&text, 'x');
	assert_refused(&text, "longer than 1 MiB");
	buf_fini(&text);
}
END_TEST

START_TEST(every_cut_of_a_document_is_read_or_refused)
{
	static const char text[] =
		"a: {b: [1, 'x', \"\\u00e4\"], c: |\n    z\n  }\nd:\n - e\n";
	struct config_node *root;

	for (size_t n = 0; n <= sizeof(text) - 1; n++) {
		int rc = read_text((struct str){text, n}, &root);

		ck_assert(rc == 0 || rc == -E_CONFIG);
		ck_assert_int_eq(rc == 0, lines.len == 0);
	}
}
END_TEST

static void
forget(void)
{
	arena_fini(&arena);
	arena = ARENA_INIT;
	buf_fini(&lines);
}

Suite *
config_yaml_suite(void)
{
	Suite *suite = suite_create("config_yaml");
	TCase *tcase = tcase_create("documents");

	tcase_add_checked_fixture(tcase, NULL, forget);
	tcase_add_loop_test(tcase, what_is_refused_says_where, 0,
			    sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_test(tcase, nodes_know_their_place_and_shape);
	tcase_add_test(tcase, columns_count_letters_not_bytes);
	tcase_add_test(tcase, a_text_without_content_has_no_root);
	tcase_add_test(tcase, depth_has_a_limit);
	tcase_add_test(tcase, size_and_number_have_limits);
	tcase_add_test(tcase, every_cut_of_a_document_is_read_or_refused);
	suite_add_tcase(suite, tcase);
	return suite;
}
