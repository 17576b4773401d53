/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"

#include "policy/schema.h"
#include "proto/json.h"

#include <stdio.h>
#include <stdlib.h>

static struct schema *
compile(const char *text)
{
	struct buf errors = BUF_INIT;
	struct schema *s = NULL;
	int error = schema_compile(str_from(text), &s, &errors);

	ck_assert_msg(error == 0, "%s: %.*s", text, STR_ARG(buf_str(&errors)));
	buf_fini(&errors);
	return s;
}

/* What is wrong with value: "pointer: sentence", or "" when it fits. */
static const char *
judge(const char *schema, const char *value)
{
	static char said[1024];
	static const struct json_limits limits = {64, 10000};
	struct buf pointer = BUF_INIT, why = BUF_INIT;
	struct schema *s = compile(schema);
	size_t n = strlen(value);
	char *copy = malloc(n ? n : 1);
	int error;

	memcpy(copy, value, n);
	if (n)
		ck_assert_int_eq(json_check((struct str){copy, n}, &limits, NULL), 0);
	error = schema_check(s, (struct str){copy, n}, &pointer, &why);
	ck_assert_int_eq(error, why.len ? -E_INVALID_DATA : 0);
	snprintf(said, sizeof(said), "%.*s%s%.*s", STR_ARG(buf_str(&pointer)),
		 error ? ": " : "", STR_ARG(buf_str(&why)));
	free(copy);
	schema_free(s);
	buf_fini(&pointer);
	buf_fini(&why);
	return said;
}

static const struct {
	const char *schema, *value, *said;
} cases[] = {
	/* schemas themselves */
	{"true", "{\"a\":1}", ""},
	{"{}", "null", ""},
	{"false", "1", ": is not allowed here"},
	{"{\"title\":\"t\",\"description\":\"d\",\"default\":1,\"examples\":[],\"$"
	 "schema\":\"s\","
	 "\"$id\":\"i\",\"$comment\":\"c\"}",
	 "1", ""},
	{"{\"type\":\"null\"}", "", ""},
	{"{\"type\":\"object\"}", "", ": expected object, got null"},
	{"{\"type\":\"object\"}", " \t\r\n{} ", ""},
	/* type */
	{"{\"type\":\"null\"}", "null", ""},
	{"{\"type\":\"null\"}", "0", ": expected null, got number"},
	{"{\"type\":\"boolean\"}", "true", ""},
	{"{\"type\":\"boolean\"}", "\"true\"", ": expected boolean, got string"},
	{"{\"type\":\"integer\"}", "1", ""},
	{"{\"type\":\"integer\"}", "-0", ""},
	{"{\"type\":\"integer\"}", "1.0", ""},
	{"{\"type\":\"integer\"}", "1e2", ""},
	{"{\"type\":\"integer\"}", "12345678901234567890", ""},
	{"{\"type\":\"integer\"}", "1.5", ": expected integer, got number"},
	{"{\"type\":\"integer\"}", "1e400", ": expected integer, got number"},
	{"{\"type\":\"integer\"}", "\"1\"", ": expected integer, got string"},
	{"{\"type\":\"number\"}", "1", ""},
	{"{\"type\":\"number\"}", "-1.5e3", ""},
	{"{\"type\":\"number\"}", "[]", ": expected number, got array"},
	{"{\"type\":\"string\"}", "\"\"", ""},
	{"{\"type\":\"string\"}", "false", ": expected string, got boolean"},
	{"{\"type\":\"array\"}", "[]", ""},
	{"{\"type\":\"array\"}", "{}", ": expected array, got object"},
	{"{\"type\":[\"string\",\"null\"]}", "null", ""},
	{"{\"type\":[\"string\",\"null\"]}", "\"\"", ""},
	{"{\"type\":[\"string\",\"null\"]}", "1",
	 ": expected null or string, got number"},
	/* enum, const */
	{"{\"enum\":[1,\"a\",null,[1],{\"x\":true}]}", "1.0", ""},
	{"{\"enum\":[1,\"a\",null,[1],{\"x\":true}]}", "\"\\u0061\"", ""},
	{"{\"enum\":[1,\"a\",null,[1],{\"x\":true}]}", "null", ""},
	{"{\"enum\":[1,\"a\",null,[1],{\"x\":true}]}", "[ 1 ]", ""},
	{"{\"enum\":[1,\"a\",null,[1],{\"x\":true}]}", "{ \"x\" : true }", ""},
	{"{\"enum\":[1,\"a\"]}", "true", ": must be one of [1,\"a\"]"},
	{"{\"enum\":[[1,2]]}", "[1]", ": must be one of [[1,2]]"},
	{"{\"enum\":[[1,2]]}", "[1,2,3]", ": must be one of [[1,2]]"},
	{"{\"const\":{\"a\":1,\"b\":[false]}}", "{\"b\":[false],\"a\":1e0}", ""},
	{"{\"const\":{\"a\":1}}", "{\"a\":1,\"b\":2}", ": must be {\"a\":1}"},
	{"{\"const\":{\"a\":1}}", "{}", ": must be {\"a\":1}"},
	{"{\"const\":{\"a\":1}}", "{\"a\":1,\"a\":2}", ": must be {\"a\":1}"},
	{"{\"const\":\"\"}", "0", ": must be \"\""},
	{"{\"const\":null}", "0", ": must be null"},
	{"{\"const\":false}", "true", ": must be false"},
	{"{\"const\":9007199254740993}", "9007199254740992",
	 ": must be 9007199254740993"},
	/* numbers */
	{"{\"minimum\":3}", "3", ""},
	{"{\"minimum\":3}", "2.999", ": must be at least 3"},
	{"{\"minimum\":9007199254740993}", "9007199254740992",
	 ": must be at least 9007199254740993"},
	{"{\"maximum\":3}", "3.0", ""},
	{"{\"maximum\":3}", "1e400", ": must be at most 3"},
	{"{\"minimum\":3}", "-1e400", ": must be at least 3"},
	{"{\"exclusiveMinimum\":3}", "3.1", ""},
	{"{\"exclusiveMinimum\":3}", "3.0", ": must be above 3"},
	{"{\"exclusiveMaximum\":0.5}", "0.4", ""},
	{"{\"exclusiveMaximum\":0.5}", "0.5", ": must be below 0.5"},
	{"{\"minimum\":3}", "\"1\"", ""},
	/* strings */
	{"{\"minLength\":2}", "\"ab\"", ""},
	{"{\"minLength\":2}", "\"\xc3\xa9\"", ": must have at least 2 characters"},
	{"{\"minLength\":2}", "\"\\ud83d\\ude00\"", ": must have at least 2 characters"},
	{"{\"minLength\":2}", "\"\\ud83d\\ud83d\"", ""},
	{"{\"minLength\":2}", "\"\\ude00\\ud83d\"", ""},
	{"{\"minLength\":2}", "\"\\\\\"", ": must have at least 2 characters"},
	{"{\"minLength\":2}", "\"\\n\\u00E9\"", ""},
	{"{\"maxLength\":1}", "\"\xf0\x9f\x98\x80\"", ""},
	{"{\"maxLength\":1}", "\"\\uD83D\\uDE00\"", ""},
	{"{\"maxLength\":1}", "\"ab\"", ": must have at most 1 characters"},
	{"{\"maxLength\":0}", "\"\"", ""},
	{"{\"maxLength\":1}", "[1,2]", ""},
	{"{\"pattern\":\"^[a-z]+$\"}", "\"abc\"", ""},
	{"{\"pattern\":\"^[a-z]+$\"}", "\"\\u0061bc\"", ""},
	{"{\"pattern\":\"^[a-z]+$\"}", "\"aBc\"", ": must match the pattern ^[a-z]+$"},
	{"{\"pattern\":\"^[a-z]+$\"}", "\"a\\u0000\"",
	 ": must match the pattern ^[a-z]+$"},
	{"{\"pattern\":\"b\"}", "\"abc\"", ""},
	{"{\"pattern\":\"^[[:xdigit:]]{8}(-[0-9a-f]{4}){3}-[^]+{99999}]{12}$\"}",
	 "\"0123abcd-0123-4567-89ab-0123456780ab\"", ""},
	{"{\"pattern\":\"^\\\\+[0-9]{1,15}$\"}", "\"+4912345\"", ""},
	{"{\"pattern\":\"b\"}", "7", ""},
	/* arrays */
	{"{\"items\":{\"type\":\"integer\"}}", "[1,2,3]", ""},
	{"{\"items\":{\"type\":\"integer\"}}", "[1,\"2\",true]",
	 "/1: expected integer, got string"},
	{"{\"items\":false}", "[]", ""},
	{"{\"items\":false}", "[0]", "/0: is not allowed here"},
	{"{\"minItems\":2}", "[1,2]", ""},
	{"{\"minItems\":2}", "[[1,2]]", ": must have at least 2 items"},
	{"{\"maxItems\":2}", "[1,[2,3]]", ""},
	{"{\"maxItems\":2}", "[1,2,3]", ": must have at most 2 items"},
	/* objects */
	{"{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"b\":1}", ""},
	{"{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"a\":1}",
	 "/a: expected string, got number"},
	{"{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"\\u0061\":1}",
	 "/a: expected string, got number"},
	{"{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"a\":1,\"a\":\"x\"}",
	 "/a: expected string, got number"},
	{"{\"properties\":{\"a/b~c\":false}}", "{\"a/b~c\":1}",
	 "/a~1b~0c: is not allowed here"},
	{"{\"properties\":{\"a/b\":false}}", "{\"a\\/b\":1}",
	 "/a~1b: is not allowed here"},
	{"{\"properties\":{\"\":false}}", "{\"\":1}", "/: is not allowed here"},
	{"{\"required\":[\"a\",\"b\"]}", "{\"b\":1,\"a\":null}", ""},
	{"{\"required\":[\"a\",\"b\"]}", "{\"b\":1}", ": must have the member \"a\""},
	{"{\"required\":[\"a\"]}", "{\"b\":{\"a\":1}}", ": must have the member \"a\""},
	{"{\"required\":[\"a\"]}", "[]", ""},
	{"{\"additionalProperties\":false}", "{}", ""},
	{"{\"additionalProperties\":false,\"properties\":{\"a\":true}}", "{\"a\":1}", ""},
	{"{\"additionalProperties\":false,\"properties\":{\"a\":true}}",
	 "{\"a\":1,\"b\":2}", "/b: is not allowed here"},
	{"{\"additionalProperties\":{\"type\":\"null\"},\"properties\":{\"a\":true}}",
	 "{\"a\":1,\"b\":null}", ""},
	{"{\"additionalProperties\":{\"type\":\"null\"}}", "{\"b\":2}",
	 "/b: expected null, got number"},
	{"{\"minProperties\":1}", "{\"a\":1}", ""},
	{"{\"minProperties\":1}", "{}", ": must have at least 1 members"},
	{"{\"maxProperties\":1}", "{\"a\":{\"b\":1,\"c\":1}}", ""},
	{"{\"maxProperties\":1}", "{\"a\":1,\"b\":1}", ": must have at most 1 members"},
	/* together */
	{"{\"type\":\"object\",\"required\":[\"to\"],\"properties\":{\"to\":{\"type\":"
	 "\"array\",\"items\":"
	 "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\",\"minimum\":"
	 "1}}}}}}",
	 "{\"to\":[{\"id\":1},{\"x\":0,\"id\":0}]}", "/to/1/id: must be at least 1"},
};

START_TEST(each_keyword_means_what_it_says)
{
	ck_assert_str_eq(judge(cases[_i].schema, cases[_i].value), cases[_i].said);
}
END_TEST

static const struct {
	const char *schema, *said;
} mistakes[] = {
	{"", "(schema): no JSON, nested deeper than 64, or more than 20,000 values\n"},
	{"{", "(schema): no JSON, nested deeper than 64, or more than 20,000 values\n"},
	{"1", "(schema): must be a schema: an object, true or false\n"},
	{"null", "(schema): must be a schema: an object, true or false\n"},
	{"{\"foo\":1}", "(schema): unknown keyword \"foo\"\n"},
	{"{\"$ref\":\"#\"}", "(schema): unknown keyword \"$ref\"\n"},
	{"{\"properties\":{\"x\":{\"foo\":1}}}",
	 "/properties/x: unknown keyword \"foo\"\n"},
	{"{\"properties\":{\"a/~\":{\"a\\\"\":1}}}",
	 "/properties/a~1~0: unknown keyword \"a\\\"\"\n"},
	{"{\"properties\":{\"x\":1}}",
	 "/properties/x: must be a schema: an object, true or false\n"},
	{"{\"properties\":[]}", "/properties: must be an object of schemas\n"},
	{"{\"type\":\"text\"}",
	 "/type: must be null, boolean, integer, number, string, array or object\n"},
	{"{\"type\":[\"null\",7]}",
	 "/type/1: must be null, boolean, integer, number, string, array or object\n"},
	{"{\"type\":[]}", "/type: must name a type\n"},
	{"{\"required\":\"a\"}", "/required: must be a list of names\n"},
	{"{\"required\":[\"a\",1]}", "/required/1: must be a text\n"},
	{"{\"enum\":[]}", "/enum: must be a list of values\n"},
	{"{\"enum\":1}", "/enum: must be a list of values\n"},
	{"{\"items\":[{}]}", "/items: must be a schema: an object, true or false\n"},
	{"{\"items\":{\"items\":{\"x\":1}}}", "/items/items: unknown keyword \"x\"\n"},
	{"{\"minLength\":-1}", "/minLength: must be a whole number from 0 on\n"},
	{"{\"maxItems\":1.5}", "/maxItems: must be a whole number from 0 on\n"},
	{"{\"maxItems\":\"1\"}", "/maxItems: must be a whole number from 0 on\n"},
	{"{\"maxItems\":1e300}", "/maxItems: must be a whole number from 0 on\n"},
	{"{\"minimum\":\"1\"}", "/minimum: must be a number\n"},
	{"{\"pattern\":1}", "/pattern: must be a text\n"},
	{"{\"pattern\":\"(\"}", "/pattern: no regular expression: Unmatched ( or \\(\n"},
	{"{\"pattern\":\"(a)\\\\1\"}", "/pattern: back-references are not supported\n"},
	{"{\"pattern\":\"a+*\"}",
	 "/pattern: a repetition of a repetition in the pattern\n"},
	{"{\"pattern\":\"^a+++++++++++++++++++$\"}",
	 "/pattern: a repetition of a repetition in the pattern\n"},
	{"{\"pattern\":\"((a{255}){255}){255}\"}",
	 "/pattern: too many repetitions in the pattern\n"},
	{"{\"pattern\":\"[]a[:alpha:]{9}]{2,99}(b{,400}){3}\"}",
	 "/pattern: too many repetitions in the pattern\n"},
	{"{\"additionalProperties\":1}",
	 "/additionalProperties: must be a schema: an object, true or false\n"},
	{"{\"type\":\"null\",\"type\":\"null\"}",
	 "(schema): duplicate object key near '\"type\"'\n"},
};

START_TEST(a_schema_with_a_mistake_names_its_place)
{
	struct buf errors = BUF_INIT;
	struct schema *s = NULL;

	ck_assert_int_eq(schema_compile(str_from(mistakes[_i].schema), &s, &errors),
			 -E_ARGUMENT);
	ck_assert_ptr_null(s);
	buf_add_char(&errors, '\0');
	ck_assert_str_eq(errors.data, mistakes[_i].said);
	buf_fini(&errors);
}
END_TEST

START_TEST(a_schema_cut_anywhere_is_refused)
{
	const char
		*text = "{\"type\":[\"object\"],\"properties\":{\"a\":{\"pattern\":\"^a+$"
			"\",\"enum\":[1]}},"
			"\"required\":[\"a\"],\"additionalProperties\":{\"items\":{}}}";
	struct buf errors = BUF_INIT;

	for (size_t cut = 0; cut < strlen(text); cut++) {
		struct schema *s = NULL;

		ck_assert_int_eq(schema_compile((struct str){text, cut}, &s, &errors),
				 -E_ARGUMENT);
	}
	buf_fini(&errors);
	schema_free(compile(text));
	schema_free(NULL);
}
END_TEST

static void
add_nested(struct buf *out, const char *open, const char *inner, const char *shut,
	   size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_str(out, str_from(open));
	buf_add_str(out, str_from(inner));
	for (size_t i = 0; i < n; i++)
		buf_add_str(out, str_from(shut));
}

START_TEST(a_schema_may_be_deep_but_not_endless)
{
	struct buf text = BUF_INIT, errors = BUF_INIT;
	struct schema *s = NULL;

	add_nested(&text, "{\"items\":", "true", "}", 64);
	ck_assert_int_eq(schema_compile(buf_str(&text), &s, &errors), 0);
	schema_free(s);
	buf_clear(&text);
	add_nested(&text, "{\"items\":", "true", "}", 65);
	ck_assert_int_eq(schema_compile(buf_str(&text), &s, &errors), -E_ARGUMENT);
	buf_fini(&text);
	buf_fini(&errors);
}
END_TEST

START_TEST(a_value_deeper_than_the_schema_is_skipped)
{
	struct schema *s = compile("{\"items\":{\"type\":\"array\"}}");
	struct buf text = BUF_INIT, said = BUF_INIT;

	/* Far deeper than any stack would carry a recursion. */
	add_nested(&text, "[", "1", "]", 1000000);
	ck_assert_int_eq(schema_check(s, buf_str(&text), &said, &said), 0);
	schema_free(s);
	s = compile("{\"const\":[[2]]}");
	ck_assert_int_eq(schema_check(s, buf_str(&text), &said, &said), -E_INVALID_DATA);
	schema_free(s);
	buf_fini(&text);
	buf_fini(&said);
}
END_TEST

START_TEST(a_long_subject_matches_no_pattern)
{
	struct schema *s = compile("{\"pattern\":\"^(a|aa)*$\"}");
	struct buf text = BUF_INIT, said = BUF_INIT;

	buf_add_char(&text, '"');
	for (int i = 0; i < 4096; i++)
		buf_add_char(&text, 'a');
	buf_add_char(&text, '"');
	ck_assert_int_eq(schema_check(s, buf_str(&text), &said, &said), 0);
	text.data[text.len - 1] = 'a';
	buf_add_char(&text, '"');
	ck_assert_int_eq(schema_check(s, buf_str(&text), &said, &said), -E_INVALID_DATA);
	schema_free(s);
	buf_fini(&text);
	buf_fini(&said);
}
END_TEST

Suite *
schema_suite(void)
{
	Suite *s = suite_create("schema");
	TCase *t = tcase_create("schema");

	tcase_add_loop_test(t, each_keyword_means_what_it_says, 0,
			    sizeof(cases) / sizeof(*cases));
	tcase_add_loop_test(t, a_schema_with_a_mistake_names_its_place, 0,
			    sizeof(mistakes) / sizeof(*mistakes));
	tcase_add_test(t, a_schema_cut_anywhere_is_refused);
	tcase_add_test(t, a_schema_may_be_deep_but_not_endless);
	tcase_add_test(t, a_value_deeper_than_the_schema_is_skipped);
	tcase_add_test(t, a_long_subject_matches_no_pattern);
	suite_add_tcase(s, t);
	return s;
}
