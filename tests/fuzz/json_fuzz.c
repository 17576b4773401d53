/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_check against jansson: what jansson takes must pass, what only json_check takes must
 * be one of jansson's known limits. A text that both take is walked side by side. */
#include "target.h"

#include "base/errors.h"
#include "proto/json.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
require(bool condition, const char *what, struct str text)
{
	if (condition)
		return;
	fprintf(stderr, "%s: %.*s\n", what, STR_ARG(text));
	abort();
}

/* Lone surrogates, NUL in keys and numbers beyond a double are valid JSON to JSON.parse. */
static bool
is_limit_of_jansson(const json_error_t *error)
{
	enum json_error_code code = json_error_code(error);

	return code == json_error_numeric_overflow ||
	       code == json_error_null_byte_in_key || code == json_error_stack_overflow ||
	       (code == json_error_invalid_syntax &&
		strstr(error->text, "invalid Unicode"));
}

static void
compare_string(const char *bytes, size_t n, struct str value)
{
	struct str text = {bytes, n}, borrowed;
	struct buf plain = BUF_INIT, quoted = BUF_INIT, again = BUF_INIT;

	json_unescape(value, &plain);
	require(str_eq(buf_str(&plain), text), "json_unescape differs", value);
	require(json_string_is(value, text), "json_string_is differs", value);
	if (json_borrow_string(value, &borrowed))
		require(str_eq(borrowed, text), "json_borrow_string differs", value);
	json_quote(&quoted, text);
	json_unescape(buf_str(&quoted), &again);
	require(str_eq(buf_str(&again), text), "json_quote differs", value);
	buf_fini(&plain);
	buf_fini(&quoted);
	buf_fini(&again);
}

static void
compare_number(const json_t *theirs, struct str value)
{
	double d;
	int64_t n;

	require(json_to_double(value, &d), "json_to_double refuses", value);
	require(d == json_real_value(theirs), "json_to_double differs", value);
	if (json_to_i64(value, &n))
		require((double)n == d, "json_to_i64 differs", value);
}

/* Recursion is as deep as json_check lets it be. */
static void
compare(json_t *theirs, struct str value)
{
	struct json_walk w = json_walk(value);
	struct str key, ours;
	size_t n = 0;

	switch (json_kind(value)) {
	case JSON_STRING_KIND:
		require(json_is_string(theirs), "not a string", value);
		compare_string(json_string_value(theirs), json_string_length(theirs),
			       value);
		break;
	case JSON_NUMBER:
		require(json_is_real(theirs), "not a number", value);
		compare_number(theirs, value);
		break;
	case JSON_BOOL:
		require(json_is_boolean(theirs), "not a boolean", value);
		require((json_is_true)(value) == (json_typeof(theirs) == JSON_TRUE),
			"the other boolean",
			value); /* jansson has a macro of this name */
		break;
	case JSON_NULL_KIND:
		require(json_is_null(theirs), "not null", value);
		break;
	case JSON_ARRAY_KIND:
		while (json_next(&w, &ours))
			compare(json_array_get(theirs, n++), ours);
		require(n == json_array_size(theirs), "other number of elements", value);
		break;
	case JSON_OBJECT_KIND: {
		const char *name;
		json_t *member;

		json_object_foreach(theirs, name, member)
		{
			require(json_get(value, str_from(name), &ours), name, value);
			compare(member, ours);
		}
		while (json_next_member(&w, &key, &ours))
			n++;
		require(n >= json_object_size(theirs), "fewer members", value);
		break;
	}
	default:
		require(false, "no kind", value);
	}
}

/* Walks over what nobody validated must end and stay inside. */
static void
walk_anything(struct str value, int depth)
{
	struct json_walk w = json_walk(value);
	struct buf plain = BUF_INIT;
	struct str key, inner;
	double d;

	json_unescape(value, &plain);
	buf_fini(&plain);
	(void)json_to_double(value, &d);
	(void)json_get(value, STR("key"), &inner);
	while (json_next(&w, &inner))
		if (depth > 0)
			walk_anything(inner, depth - 1);
	for (w = json_walk(value); json_next_member(&w, &key, &inner);)
		(void)json_key_is(key, STR("key"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = {JSON_DEPTH_MAX, UINT32_MAX};
	struct str text = {(const char *)data, size};
	struct buf quoted = BUF_INIT;
	json_error_t error = {.line = 0};
	int result = json_check(text, &limits, NULL);
	json_t *theirs = json_loadb(
		text.ptr, size,
		JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);

	if (result == 0 && theirs)
		compare(theirs, json_trim(text));
	else if (result == 0)
		require(is_limit_of_jansson(&error), error.text, text);
	else if (theirs &&
		 !memchr(data, '\0', size)) /* jansson overlooks NUL behind a number */
		require(result == -E_JSON_DEPTH, "refused", text);
	if (result)
		walk_anything(text, 3);
	json_decref(theirs);

	json_quote(&quoted, text);
	require(json_check(buf_str(&quoted), &limits, NULL) == 0, "quoted badly", text);
	buf_fini(&quoted);
	return 0;
}
