/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_json.h"

#include "config/config_yaml.h"
#include "unit/config/suites.h"

static const struct {
	const char *yaml, *json;
} cases[] = {
	{"{}", "{}"},
	{"[]", "[]"},
	{"{a: 1, 'b c': [x, {}]}", "{\"a\":1,\"b c\":[\"x\",{}]}"},
	{"[true, false, null, ~, '', \"true\"]", "[true,false,null,null,\"\",\"true\"]"},
	{"a:\nb: ''\n", "{\"a\":null,\"b\":\"\"}"},
	{"[0, -1, 10, 1.5, -0.5e+3, 1E9, 2e-3]", "[0,-1,10,1.5,-0.5e+3,1E9,2e-3]"},
	{"[01, +1, .5, 1., 1e, 0x1, 1_0, -, 1e+, nan, .inf, 1 2]",
	 "[\"01\",\"+1\",\".5\",\"1.\",\"1e\",\"0x1\",\"1_0\",\"-\",\"1e+\",\"nan\",\"."
	 "inf\","
	 "\"1 2\"]"},
	{"[yes, No, True, NULL]", "[\"yes\",\"No\",\"True\",\"NULL\"]"},
	{"[\"\\\"\\\\\\n\\t\\0\\u00e4\"]", "[\"\\\"\\\\\\u000a\\u0009\\u0000\xc3\xa4\"]"},
	{"a: |\n  x\n  y\n", "{\"a\":\"x\\u000ay\\u000a\"}"},
};

START_TEST(yaml_becomes_the_json_it_looks_like)
{
	struct buf lines = BUF_INIT, json = BUF_INIT;
	struct config_report report = {.lines = &lines};
	struct config_path top = {.up = NULL};
	struct arena arena = ARENA_INIT;
	struct config_node *root;

	ck_assert_int_eq(config_yaml_read(str_from(cases[_i].yaml), "t", true, &arena,
					  &report, &root),
			 0);
	config_json_write(root, &top, &report, &json);
	buf_add_char(&json, '\0');
	ck_assert_str_eq(json.data, cases[_i].json);
	ck_assert_uint_eq(report.faults_n, 0);
	arena_fini(&arena);
	buf_fini(&json);
	buf_fini(&lines);
}
END_TEST

Suite *
config_json_suite(void)
{
	Suite *suite = suite_create("config_json");
	TCase *tcase = tcase_create("json");

	tcase_add_loop_test(tcase, yaml_becomes_the_json_it_looks_like, 0,
			    sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
