/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/schema_equal.h"

#include <math.h>

static double
number_of(struct str text)
{
	double value;

	/* What does not fit is refused by json_to_double; its sign is all that is known. */
	if (!json_to_double(text, &value))
		value = text.ptr[0] == '-' ? -HUGE_VAL : HUGE_VAL;
	return value;
}

int
schema_compare(struct str text, const json_t *limit)
{
	int64_t whole;
	double a, b;

	if (json_is_integer(limit) && json_to_i64(text, &whole)) {
		json_int_t wanted = json_integer_value(limit);

		return (whole > wanted) - (whole < wanted);
	}
	a = number_of(text);
	b = json_number_value(limit);
	return (a > b) - (a < b);
}

bool
schema_is_integer(struct str text)
{
	double value = number_of(text);

	return isfinite(value) && value == trunc(value);
}

static bool
is_same_array(const json_t *wanted, struct str text)
{
	struct json_walk walk = json_walk(text);
	struct str item;
	size_t n = 0;

	while (json_next(&walk, &item))
		if (n >= json_array_size(wanted) ||
		    !schema_equal(json_array_get(wanted, n++), item))
			return false;
	return n == json_array_size(wanted);
}

/* Each wanted member is there and equal, and each that is there is wanted. */
static bool
is_same_object(json_t *wanted, struct str text)
{
	struct json_walk walk = json_walk(text);
	struct str key, value;
	const char *name;
	json_t *member;

	json_object_foreach(wanted, name, member)
	{
		if (!json_get(text, str_from(name), &value) ||
		    !schema_equal(member, value))
			return false;
	}
	while (json_next_member(&walk, &key, &value)) {
		bool is_wanted = false;

		json_object_foreach(wanted, name, member)
			is_wanted = is_wanted || json_key_is(key, str_from(name));
		if (!is_wanted)
			return false;
	}
	return true;
}

bool
schema_equal(json_t *wanted, struct str text)
{
	struct str plain = {json_string_value(wanted), json_string_length(wanted)};

	switch (json_kind(text)) {
	case JSON_NULL_KIND:
		return json_is_null(wanted);
	case JSON_BOOL:
		return json_is_boolean(wanted) &&
		       (text.ptr[0] == 't') == json_boolean_value(wanted);
	case JSON_NUMBER:
		return json_is_number(wanted) && schema_compare(text, wanted) == 0;
	case JSON_STRING_KIND:
		return json_is_string(wanted) && json_string_is(text, plain);
	case JSON_ARRAY_KIND:
		return json_is_array(wanted) && is_same_array(wanted, text);
	case JSON_OBJECT_KIND:
		return json_is_object(wanted) && is_same_object(wanted, text);
	default:
		return false;
	}
}
