/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The check of JSON text against nodes. It descends as deep as the schema and no deeper, so
 * hostile nesting costs one skip. Where it is in the value is a chain of small structs on the
 * stack: the pointer is only spelled out for a fault.
 */
#include "policy/schema.h"

#include "policy/schema_equal.h"
#include "policy/schema_node.h"

#include <stdlib.h>

enum { PATTERN_SUBJECT_BYTES_MAX = 4096 };

struct fault {
	struct buf *pointer, *why;
};

/* The value at hand and the way to it. */
struct spot {
	const struct spot *parent;
	struct str key; /* raw; ptr NULL: an item, by index */
	size_t index;
	struct str value;
	struct fault *fault;
};

static int check(const struct schema_node *node, const struct spot *at);

/* --- telling what is wrong -------------------------------------------------------------- */

static void
spell_raw_key(struct str raw, struct buf *out)
{
	struct buf plain = BUF_INIT;

	/* With its quotes, which stand around it, a raw key is a string value. */
	json_unescape((struct str){raw.ptr - 1, raw.len + 2}, &plain);
	schema_spell_key(buf_str(&plain), out);
	out->failed = out->failed || plain.failed;
	buf_fini(&plain);
}

static void
spell(const struct spot *at, struct buf *out)
{
	if (!at->parent)
		return;
	spell(at->parent, out);
	buf_add_char(out, '/');
	if (at->key.ptr)
		spell_raw_key(at->key, out);
	else
		buf_add_u64(out, at->index);
}

static int
told(const struct spot *at)
{
	spell(at, at->fault->pointer);
	return at->fault->pointer->failed || at->fault->why->failed ? -E_NOMEM
								    : -E_INVALID_DATA;
}

static int
complain(const struct spot *at, const char *what)
{
	buf_add_str(at->fault->why, str_from(what));
	return told(at);
}

static int
complain_value(const struct spot *at, const char *what, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	if (!text)
		return -E_NOMEM;
	buf_printf(at->fault->why, "%s %s", what, text);
	free(text);
	return told(at);
}

/* "expected integer or null, got string" */
static int
complain_type(const struct spot *at, uint8_t wanted, uint8_t got)
{
	struct buf *why = at->fault->why;
	const char *before = "expected ";

	for (size_t i = 0; i < SCHEMA_TYPES_N; i++) {
		if (!(wanted & 1u << i))
			continue;
		buf_printf(why, "%s%s", before, schema_type_names[i]);
		before = " or ";
	}
	buf_printf(why, ", got %s", schema_type_names[__builtin_ctz(got)]);
	return told(at);
}

/* --- one function for each kind of value ------------------------------------------------ */

static uint8_t
type_of(struct str value)
{
	switch (json_kind(value)) {
	case JSON_BOOL:
		return SCHEMA_BOOLEAN;
	case JSON_NUMBER:
		return SCHEMA_NUMBER;
	case JSON_STRING_KIND:
		return SCHEMA_STRING;
	case JSON_ARRAY_KIND:
		return SCHEMA_ARRAY;
	case JSON_OBJECT_KIND:
		return SCHEMA_OBJECT;
	default:
		return SCHEMA_NULL;
	}
}

static int
check_range(const struct spot *at, size_t n, const struct schema_range *range,
	    const char *what)
{
	if (n < range->min)
		buf_printf(at->fault->why, "must have at least %u %s", range->min, what);
	else if (n > range->max)
		buf_printf(at->fault->why, "must have at most %u %s", range->max, what);
	else
		return 0;
	return told(at);
}

static int
check_number(const struct schema_node *node, const struct spot *at)
{
	static const char *const faults[4] = {"must be at least", "must be above",
					      "must be at most", "must be below"};

	for (size_t i = 0; i < 4; i++) {
		const struct schema_bound *bound = &node->bounds[i];
		int order;

		if (!bound->limit)
			continue;
		order = schema_compare(at->value, bound->limit);
		if (i >= 2)
			order = -order;
		if (order < 0 || (order == 0 && bound->exclusive))
			return complain_value(at, faults[i], bound->limit);
	}
	return 0;
}

/* Code points: an escaped surrogate pair is one, a lone surrogate too. */
static size_t
count_characters(struct str value)
{
	const char *at = value.ptr + 1, *end = value.ptr + value.len - 1;
	bool after_high = false;
	size_t n = 0;

	while (at < end) {
		bool is_high = false, is_low = false;

		if (*at != '\\') {
			n += ((unsigned char)*at++ & 0xC0) != 0x80;
		} else if (at[1] != 'u') {
			n++;
			at += 2;
		} else {
			/* \uD800 to \uDBFF are high ones, \uDC00 to \uDFFF low ones. */
			bool is_surrogate = (at[2] | 0x20) == 'd' && at[3] >= '8';

			is_high = is_surrogate && ((at[3] | 0x20) <= 'b');
			is_low = is_surrogate && !is_high;
			n += !(is_low && after_high);
			at += 6;
		}
		after_high = is_high;
	}
	return n;
}

static int
check_pattern(const struct schema_node *node, const struct spot *at)
{
	struct buf plain = BUF_INIT;
	bool fits = false;

	json_unescape(at->value, &plain);
	buf_add_char(&plain, '\0');
	if (!plain.failed && plain.len <= PATTERN_SUBJECT_BYTES_MAX + 1 &&
	    strlen(plain.data) == plain.len - 1)
		fits = regexec(&node->pattern, plain.data, 0, NULL, 0) == 0;
	at->fault->why->failed = at->fault->why->failed || plain.failed;
	buf_fini(&plain);
	if (fits)
		return 0;
	buf_printf(at->fault->why, "must match the pattern %s", node->pattern_text);
	return told(at);
}

static int
check_string(const struct schema_node *node, const struct spot *at)
{
	int error = 0;

	if (node->length.min || node->length.max != UINT32_MAX)
		error = check_range(at, count_characters(at->value), &node->length,
				    "characters");
	if (!error && node->has_pattern)
		error = check_pattern(node, at);
	return error;
}

static int
check_array(const struct schema_node *node, const struct spot *at)
{
	struct json_walk walk = json_walk(at->value);
	struct spot item = {.parent = at, .fault = at->fault};
	int error = 0;

	for (; !error && json_next(&walk, &item.value); item.index++)
		if (node->items)
			error = check(node->items, &item);
	return error ? error : check_range(at, item.index, &node->items_n, "items");
}

static const struct schema_node *
node_of_member(const struct schema_node *node, struct str key)
{
	for (size_t i = 0; i < node->known_n; i++)
		if (json_key_is(key, node->properties[i].name))
			return node->properties[i].node;
	return node->additional;
}

static int
check_required(const struct schema_node *node, const struct spot *at)
{
	struct str value;

	for (size_t i = 0; i < node->required_n; i++) {
		if (json_get(at->value, node->required[i], &value))
			continue;
		buf_add_str(at->fault->why, STR("must have the member "));
		json_quote(at->fault->why, node->required[i]);
		return told(at);
	}
	return 0;
}

static int
check_object(const struct schema_node *node, const struct spot *at)
{
	struct json_walk walk = json_walk(at->value);
	struct spot member = {.parent = at, .fault = at->fault};
	int error = check_required(node, at);
	size_t n = 0;

	for (; !error && json_next_member(&walk, &member.key, &member.value); n++) {
		const struct schema_node *inner = node_of_member(node, member.key);

		if (inner)
			error = check(inner, &member);
	}
	return error ? error : check_range(at, n, &node->properties_n, "members");
}

/* --- all keywords of one node ----------------------------------------------------------- */

static int
check_values(const struct schema_node *node, const struct spot *at)
{
	if (node->constant && !schema_equal(node->constant, at->value))
		return complain_value(at, "must be", node->constant);
	if (!node->allowed)
		return 0;
	for (size_t i = 0; i < json_array_size(node->allowed); i++)
		if (schema_equal(json_array_get(node->allowed, i), at->value))
			return 0;
	return complain_value(at, "must be one of", node->allowed);
}

static int
check_type(const struct schema_node *node, const struct spot *at, uint8_t type)
{
	if (!node->types || node->types & type)
		return 0;
	if (type == SCHEMA_NUMBER && node->types & SCHEMA_INTEGER &&
	    schema_is_integer(at->value))
		return 0;
	return complain_type(at, node->types, type);
}

static int
check(const struct schema_node *node, const struct spot *at)
{
	uint8_t type = type_of(at->value);
	int error;

	if (node->never)
		return complain(at, "is not allowed here");
	error = check_type(node, at, type);
	if (!error)
		error = check_values(node, at);
	if (error)
		return error;
	switch (type) {
	case SCHEMA_NUMBER:
		return check_number(node, at);
	case SCHEMA_STRING:
		return check_string(node, at);
	case SCHEMA_ARRAY:
		return check_array(node, at);
	case SCHEMA_OBJECT:
		return check_object(node, at);
	default:
		return 0;
	}
}

int
schema_check(const struct schema *s, struct str value, struct buf *pointer_out,
	     struct buf *why_out)
{
	struct fault fault = {pointer_out, why_out};
	struct spot top = {.fault = &fault, .value = json_trim(value)};

	if (!top.value.len)
		top.value = STR("null");
	return check(s->node, &top);
}
