/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of validated JSON. */
#include "unit/proto/suites.h"

#include "base/buf.h"
#include "proto/json_token.h"

#include <stdlib.h>

/* One letter for each token: { } [ ] k s n w, and its bytes where they differ. */
static void
show_tokens(struct str json, struct buf *out)
{
	char *copy = malloc(json.len ? json.len : 1);
	struct json_tokens t = json_tokens((struct str){copy, json.len});
	struct str bytes;
	enum json_token token;

	memcpy(copy, json.ptr, json.len);
	while ((token = json_token_next(&t, &bytes)) != JSON_TOKEN_END) {
		buf_add_char(out, " {}[]ksnw"[token]);
		if (token >= JSON_TOKEN_KEY)
			buf_add_str(out, bytes);
	}
	ck_assert_int_eq(json_token_next(&t, &bytes), JSON_TOKEN_END);
	buf_add_char(out, '\0');
	free(copy);
}

static const struct {
	struct str json;
	const char *tokens;
} cases[] = {
	{STR(""), ""},
	{STR(" \n"), ""},
	{STR("1"), "n1"},
	{STR(" -1.5e+3 "), "n-1.5e+3"},
	{STR("true"), "wtrue"},
	{STR("\"\""), "s\"\""},
	{STR("[]"), "[]"},
	{STR("[1,\"a\",null]"), "[n1s\"a\"wnull]"},
	{STR("[ 1 , [ ] ,{ } ]"), "[n1[]{}]"},
	{STR("{\"a\":1,\"b\":\"c\"}"), "{k\"a\"n1k\"b\"s\"c\"}"},
	{STR("{ \"a\" : { \"b\" : [ false ] } }"), "{k\"a\"{k\"b\"[wfalse]}}"},
	{STR("[\"a\\\"]:\",\":\",\"\\\\\"]"), "[s\"a\\\"]:\"s\":\"s\"\\\\\"]"},
	{STR("{\"\xc3\xa4\\\\\":\"long enough for words \xe2\x82\xac \\\" !\"}"),
	 "{k\"\xc3\xa4\\\\\"s\"long enough for words \xe2\x82\xac \\\" !\"}"},
};

START_TEST(a_text_is_its_tokens)
{
	struct buf out = BUF_INIT;

	show_tokens(cases[_i].json, &out);
	ck_assert_str_eq(out.data, cases[_i].tokens);
	buf_fini(&out);
}
END_TEST

START_TEST(a_text_that_was_not_validated_does_no_harm)
{
	for (size_t cut = 0; cut < cases[_i].json.len; cut++) {
		struct buf out = BUF_INIT;

		show_tokens((struct str){cases[_i].json.ptr, cut}, &out);
		ck_assert_uint_le(out.len, 2 * cut + 1);
		buf_fini(&out);
	}
}
END_TEST

Suite *
json_token_suite(void)
{
	Suite *suite = suite_create("json_token");
	TCase *tc = tcase_create("json_token");
	int cases_n = sizeof(cases) / sizeof(cases[0]);

	tcase_add_loop_test(tc, a_text_is_its_tokens, 0, cases_n);
	tcase_add_loop_test(tc, a_text_that_was_not_validated_does_no_harm, 0, cases_n);
	suite_add_tcase(suite, tc);
	return suite;
}
