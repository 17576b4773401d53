/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over a JSON text. Nesting is a stack of bits, so a hostile text costs neither
 * recursion nor memory; a value is looked at where it stands and never looked at again.
 * Takes exactly what JavaScript's JSON.parse takes of valid UTF-8. Source: RFC 8259.
 */
#include "proto/json.h"

#include "base/errors.h"
#include "proto/json_scan.h"

struct check {
	const char *at, *end; /* at stands on the first bad byte when a step fails */
	uint32_t depth, depth_max;
	uint32_t values_left;
	bool value_due; /* a value must follow, nothing else may */
	bool is_plain;  /* the last string has no escape, and nothing but ASCII */
	/* inside of the object whose members are noted; 0: of none */
	uint32_t noted_depth;
	struct json_members *noted;
	uint64_t is_object[JSON_DEPTH_MAX / 64]; /* one bit for each open level */
};

/* The byte at hand; 0, which JSON has no use for outside of strings, at the end. */
static inline char
peek(const struct check *c)
{
	return c->at < c->end ? *c->at : '\0';
}

static inline char
peek_past_blanks(struct check *c)
{
	c->at = json_skip_blanks(c->at, c->end);
	return peek(c);
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* On the backslash. A lone surrogate passes, as it does in JSON.parse. */
static int
check_escape(struct check *c)
{
	c->at++;
	switch (peek(c)) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		c->at++;
		return 0;
	case 'u':
		c->at++;
		break;
	default:
		return -E_JSON_SYNTAX;
	}
	for (int i = 0; i < 4; i++, c->at++)
		if (!is_hex(peek(c)))
			return -E_JSON_SYNTAX;
	return 0;
}

/* Inside of a string, on what stops a run of plain characters, or at the end. */
static int
check_string_rest(struct check *c)
{
	for (;; c->at = json_find_special(c->at, c->end)) {
		if (c->at == c->end)
			return -E_JSON_SYNTAX;
		if (*c->at == '"') {
			c->at++;
			return 0;
		}
		if (*c->at == '\\') {
			int error = check_escape(c);

			if (error)
				return error;
			continue;
		}
		if ((unsigned char)*c->at < 0x20)
			return -E_JSON_SYNTAX;
		do {
			int step = json_utf8_step(c->at, c->end);

			if (step < 0)
				return -E_UTF8;
			c->at += step;
		} while (c->at < c->end && (unsigned char)*c->at >= 0x80);
	}
}

/* On the opening quote. Most strings are plain up to the closing one. */
static int
check_string(struct check *c)
{
	const char *at = json_find_special(c->at + 1, c->end);

	c->is_plain = at < c->end && *at == '"';
	if (c->is_plain) {
		c->at = at + 1;
		return 0;
	}
	c->at = at;
	return check_string_rest(c);
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline int
check_digits(struct check *c)
{
	if (!is_digit(peek(c)))
		return -E_JSON_SYNTAX;
	do
		c->at++;
	while (is_digit(peek(c)));
	return 0;
}

/* On the sign or the first digit. */
static int
check_number(struct check *c)
{
	int error = 0;

	if (*c->at == '-')
		c->at++;
	if (peek(c) == '0')
		c->at++;
	else
		error = check_digits(c);
	if (!error && peek(c) == '.') {
		c->at++;
		error = check_digits(c);
	}
	if (!error && (peek(c) | 0x20) == 'e') {
		c->at++;
		if (peek(c) == '+' || peek(c) == '-')
			c->at++;
		error = check_digits(c);
	}
	return error;
}

static int
check_word(struct check *c, struct str word)
{
	for (size_t i = 0; i < word.len; i++, c->at++)
		if (peek(c) != word.ptr[i])
			return -E_JSON_SYNTAX;
	return 0;
}

/* Of a member whose value begins here. */
static void
note_member(struct check *c, struct str key)
{
	struct json_members *m = c->noted;
	struct json_member *item = &m->items[m->n];

	if (m->n == JSON_MEMBERS_MAX) {
		m->is_cut = true;
		return;
	}
	m->n++;
	(void)peek_past_blanks(c);
	item->key = key;
	item->is_escaped = !c->is_plain && memchr(key.ptr, '\\', key.len);
	item->value.ptr = c->at;
}

/* Of the object, up to the end of a value: its last one, when it is not cut. */
static inline void
note_value_end(struct check *c, const char *end)
{
	struct json_members *m = c->noted;

	if (m->n && !m->is_cut)
		m->items[m->n - 1].value.len = (size_t)(end -
							m->items[m->n - 1].value.ptr);
}

/* Behind the brace that closes the object. */
static void
end_noting(struct check *c)
{
	c->noted->object.len = (size_t)(c->at - c->noted->object.ptr);
	c->noted_depth = 0;
}

/* A key and its colon, blanks before either; a value is due behind them. */
static int
check_member_name(struct check *c)
{
	struct str key;
	int error;

	if (peek_past_blanks(c) != '"')
		return -E_JSON_SYNTAX;
	key.ptr = c->at + 1;
	error = check_string(c);
	if (error)
		return error;
	key.len = (size_t)(c->at - key.ptr) - 1;
	if (peek_past_blanks(c) != ':')
		return -E_JSON_SYNTAX;
	c->at++;
	if (c->depth == c->noted_depth)
		note_member(c, key);
	return 0;
}

static inline bool
in_object(const struct check *c)
{
	uint32_t level = c->depth - 1;

	return (c->is_object[level / 64] >> (level % 64)) & 1;
}

/* On the bracket. Leaves an empty container behind, or stands before its first value. */
static int
open_container(struct check *c)
{
	bool is_object = *c->at == '{';
	bool is_noted = is_object && c->depth + 1 == c->noted_depth;
	uint64_t bit = UINT64_C(1) << (c->depth % 64);

	if (c->depth >= c->depth_max)
		return -E_JSON_DEPTH;
	if (is_noted)
		c->noted->object.ptr = c->at;
	c->at++;
	if (peek_past_blanks(c) == (is_object ? '}' : ']')) {
		c->at++;
		if (is_noted)
			end_noting(c);
		return 0;
	}
	if (is_object)
		c->is_object[c->depth / 64] |= bit;
	else
		c->is_object[c->depth / 64] &= ~bit;
	c->depth++;
	c->value_due = true;
	return is_object ? check_member_name(c) : 0;
}

/* A whole scalar, or a container as far as open_container goes. */
static inline int
check_value(struct check *c)
{
	char first = peek_past_blanks(c);

	if (c->values_left == 0)
		return -E_JSON_COUNT;
	c->values_left--;
	c->value_due = false;
	switch (first) {
	case '"':
		return check_string(c);
	case '{':
	case '[':
		return open_container(c);
	case 't':
		return check_word(c, STR("true"));
	case 'f':
		return check_word(c, STR("false"));
	case 'n':
		return check_word(c, STR("null"));
	default:
		return first == '-' || is_digit(first) ? check_number(c) : -E_JSON_SYNTAX;
	}
}

/* Behind a whole value: leave what is closed here; a comma makes the next value due. */
static inline int
check_after_value(struct check *c)
{
	while (c->depth) {
		const char *end = c->at;
		char next = peek_past_blanks(c);
		bool is_object = in_object(c),
		     is_noted = is_object && c->depth == c->noted_depth;

		if (is_noted)
			note_value_end(c, end);
		if (next == ',') {
			c->at++;
			c->value_due = true;
			return is_object ? check_member_name(c) : 0;
		}
		if (next != (is_object ? '}' : ']'))
			return -E_JSON_SYNTAX;
		c->at++;
		c->depth--;
		if (is_noted)
			end_noting(c);
	}
	return peek_past_blanks(c) == '\0' && c->at == c->end ? 0 : -E_JSON_SYNTAX;
}

static int
check(struct check *c, const struct json_limits *limits)
{
	int error;

	/* Not as a whole: a level's bit is set when the level opens. */
	c->depth = 0;
	c->depth_max = limits->depth < JSON_DEPTH_MAX ? limits->depth : JSON_DEPTH_MAX;
	c->values_left = limits->values;
	do {
		error = check_value(c);
		if (!error && !c->value_due)
			error = check_after_value(c);
	} while (!error && c->value_due);
	return error;
}

int
json_check(struct str text, const struct json_limits *limits, size_t *error_at_out)
{
	struct check c;
	int error;

	c.at = text.len ? text.ptr : "";
	c.end = c.at + text.len;
	c.noted_depth = 0;
	error = check(&c, limits);
	if (error && error_at_out)
		*error_at_out = text.len - (size_t)(c.end - c.at);
	return error;
}

int
json_check_members(struct str text, const struct json_limits *limits, uint32_t depth,
		   struct json_members *out)
{
	struct check c;

	out->object = (struct str){NULL, 0};
	out->n = 0;
	out->is_cut = false;
	c.at = text.len ? text.ptr : "";
	c.end = c.at + text.len;
	c.noted_depth = depth + 1;
	c.noted = out;
	return check(&c, limits);
}
