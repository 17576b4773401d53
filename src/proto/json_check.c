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

	if (at < c->end && *at == '"') {
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

/* A key and its colon, blanks before either; a value is due behind them. */
static int
check_member_name(struct check *c)
{
	int error;

	if (peek_past_blanks(c) != '"')
		return -E_JSON_SYNTAX;
	error = check_string(c);
	if (error)
		return error;
	if (peek_past_blanks(c) != ':')
		return -E_JSON_SYNTAX;
	c->at++;
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
	uint64_t bit = UINT64_C(1) << (c->depth % 64);

	if (c->depth >= c->depth_max)
		return -E_JSON_DEPTH;
	c->at++;
	if (peek_past_blanks(c) == (is_object ? '}' : ']')) {
		c->at++;
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
		char next = peek_past_blanks(c);
		bool is_object = in_object(c);

		if (next == ',') {
			c->at++;
			c->value_due = true;
			return is_object ? check_member_name(c) : 0;
		}
		if (next != (is_object ? '}' : ']'))
			return -E_JSON_SYNTAX;
		c->at++;
		c->depth--;
	}
	return peek_past_blanks(c) == '\0' && c->at == c->end ? 0 : -E_JSON_SYNTAX;
}

int
json_check(struct str text, const struct json_limits *limits, size_t *error_at_out)
{
	const char *at = text.len ? text.ptr : "";
	struct check c;
	int error;

	/* Not as a whole: a level's bit is set when the level opens. */
	c.at = at;
	c.end = at + text.len;
	c.depth = 0;
	c.depth_max = limits->depth < JSON_DEPTH_MAX ? limits->depth : JSON_DEPTH_MAX;
	c.values_left = limits->values;
	do {
		error = check_value(&c);
		if (!error && !c.value_due)
			error = check_after_value(&c);
	} while (!error && c.value_due);
	if (error && error_at_out)
		*error_at_out = (size_t)(c.at - at);
	return error;
}
