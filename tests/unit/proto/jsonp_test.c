/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payloads in scripts and forms. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/jsonp.h"

#include <stdlib.h>

static const struct {
	struct str index, payload, script;
} scripts[] = {
	{STR("0"), STR("1:6"), STR("___eio[0](\"1:6\");")},
	{STR("12"), STR("6:4\"\\\n"), STR("___eio[12](\"6:4\\\"\\\\\\n\");")},
	{STR(""), STR(""), STR("___eio[](\"\");")},
	{STR("1);alert(2"), STR("x"), STR("___eio[12](\"x\");")},
	{STR("123456789012"), STR("x"), STR("___eio[1234567890](\"x\");")},
	{STR("0"), STR("a\xe2\x80\xa8\xe2\x80\xa9\xe2\x82\xac"),
	 STR("___eio[0](\"a\\u2028\\u2029\xe2\x82\xac\");")},
	{STR("0"), STR("\xe2\x80\xa8"), STR("___eio[0](\"\\u2028\");")},
};

START_TEST(a_payload_becomes_a_call)
{
	struct buf out = BUF_INIT;

	jsonp_write(&out, scripts[_i].index, scripts[_i].payload);
	ck_assert(str_eq(buf_str(&out), scripts[_i].script));
	buf_fini(&out);
}
END_TEST

static const struct {
	struct str form;
	int rc;
	struct str payload;
} forms[] = {
	{STR("d=1%3A2"), 0, STR("1:2")},
	{STR("d=6:4a+b%2B%c3%a4"), 0, STR("6:4a b+\xc3\xa4")},
	{STR("x=1&d=2&y=3"), 0, STR("2")},
	{STR("d="), 0, STR("")},
	{STR("d=a\\nb"), 0, STR("a\nb")},
	{STR("d=a\\\\nb"), 0, STR("a\\nb")},
	{STR("d=a\\\\\\nb"), 0, STR("a\\\\nb")},
	{STR("d=%5Cn%5C%5Cn%5C"), 0, STR("\n\\n\\")},
	{STR("d=\\\\\\\"\\t\\n"), 0, STR("\\\\\\\"\\t\n")},
	{STR(""), -E_PACKET, STR("")},
	{STR("e=1"), -E_PACKET, STR("")},
	{STR("d=%4"), -E_PACKET, STR("")},
};

START_TEST(a_form_gives_its_payload)
{
	struct arena a = ARENA_INIT;
	char *copy = malloc(forms[_i].form.len + 1), *payload;
	size_t n;

	memcpy(copy, forms[_i].form.ptr, forms[_i].form.len);
	ck_assert_int_eq(
		jsonp_read((struct str){copy, forms[_i].form.len}, &a, &payload, &n),
		forms[_i].rc);
	if (forms[_i].rc == 0)
		ck_assert(str_eq((struct str){payload, n}, forms[_i].payload));
	free(copy);
	arena_fini(&a);
}
END_TEST

Suite *
jsonp_suite(void)
{
	Suite *suite = suite_create("jsonp");
	TCase *tc = tcase_create("jsonp");

	tcase_add_loop_test(tc, a_payload_becomes_a_call, 0,
			    sizeof(scripts) / sizeof(scripts[0]));
	tcase_add_loop_test(tc, a_form_gives_its_payload, 0,
			    sizeof(forms) / sizeof(forms[0]));
	suite_add_tcase(suite, tc);
	return suite;
}
