/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Strict JSON without a tree: validate a text once, then walk it as slices. No allocation.
 * What follows json_check trusts its input to be validated: other bytes give nonsense,
 * though never a step outside of the slice. Pure; any thread. Source: RFC 8259.
 */
#ifndef PROTO_JSON_H
#define PROTO_JSON_H

#include "base/buf.h"

enum { JSON_DEPTH_MAX = 1024 };

struct json_limits {
	/* nested arrays and objects, JSON_DEPTH_MAX at most: -E_JSON_DEPTH */
	uint32_t depth;
	uint32_t values; /* all values together: -E_JSON_COUNT */
};

enum json_kind {
	JSON_INVALID,
	JSON_NULL_KIND,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING_KIND,
	JSON_ARRAY_KIND,
	JSON_OBJECT_KIND
};

/* The whole text is one JSON value (blanks around it allowed), valid UTF-8, no raw control
 * characters, no lone surrogates in escapes unless JavaScript's JSON.parse takes them (it
 * does: they pass here and are replaced by U+FFFD when unescaped).
 * Errors: -E_JSON_SYNTAX, -E_UTF8, -E_JSON_DEPTH, -E_JSON_COUNT; error_at_out (may be NULL)
 * then gets the offset of the first byte that cannot be. */
int json_check(struct str text, const struct json_limits *limits,
	       size_t *error_at_out) MUST_USE;

/* A member as it is written. */
struct json_member {
	struct str key;  /* raw, without quotes */
	bool is_escaped; /* a backslash is in the key */
	struct str value;
};

/* The members of an object, noted while its text was checked. */
enum { JSON_MEMBERS_MAX = 8 };
struct json_members {
	struct str object; /* ptr NULL: there was none */
	uint32_t n;
	bool is_cut; /* it has more than these */
	struct json_member items[JSON_MEMBERS_MAX];
};

/* json_check that notes the members of the first object with depth arrays and objects around
 * it, 0: of the text itself. Errors: as above; *out is undefined then. */
int json_check_members(struct str text, const struct json_limits *limits, uint32_t depth,
		       struct json_members *out) MUST_USE;
/* As json_pick finds them in m->object. */
void json_members_pick(const struct json_members *m, const struct str *keys,
		       size_t keys_n, struct str *values_out);

/* The one value of a validated text, without the blanks around it. The functions below that
 * take a value want it so; a walk gives it so. */
struct str json_trim(struct str text);

/* Kind of a value by its first byte (blanks before it are skipped). */
enum json_kind json_kind(struct str value);

/* A walk over the elements of an array or the members of an object. */
struct json_walk {
	const char *at, *end;
};
struct json_walk json_walk(struct str array_or_object);
/* Next element, without blanks around it. False at the end. */
bool json_next(struct json_walk *w, struct str *value_out);
/* Next member; key_out is the raw key without quotes, possibly with escapes. */
bool json_next_member(struct json_walk *w, struct str *key_out, struct str *value_out);

/* Many members in one walk: values_out[i] is that of keys[i] as json_get finds it, ptr NULL when
 * there is none. */
void json_pick(struct str object, const struct str *keys, size_t keys_n,
	       struct str *values_out);

/* The last member of that key (JSON.parse keeps the last), escapes in keys understood.
 * False when there is none or object is not an object. */
bool json_get(struct str object, struct str key, struct str *value_out);

/* json_key_is for a key that is longer than text. */
bool json_escaped_key_is(struct str raw_key, struct str text);
/* Does a raw key, as json_next_member gives it, unescaped, equal text? */
static inline bool
json_key_is(struct str raw_key, struct str text)
{
	/* Escapes only shrink a text: two bytes to one, six to three, twelve to four. */
	if (raw_key.len > text.len)
		return json_escaped_key_is(raw_key, text);
	return str_eq(raw_key, text) && !memchr(text.ptr, '\\', text.len);
}
/* Does this string value (with its quotes), unescaped, equal text? False for other kinds. */
bool json_string_is(struct str value, struct str text);
/* Append the unescaped contents of a string value (with its quotes); lone surrogates become
 * U+FFFD. */
void json_unescape(struct str value, struct buf *out);
/* A string value without escapes can be borrowed: true and a slice without the quotes. */
bool json_borrow_string(struct str value, struct str *out);

/* An integer value that fits; "1.0" and "1e2" are not integers. */
bool json_to_i64(struct str value, int64_t *out);
/* A number value, rounded to nearest. False for other kinds, above 1.8e308 and when memory
 * for a very long one is short. Expects the C locale's decimal point. */
bool json_to_double(struct str value, double *out);
bool json_is_true(struct str value);

/* Append text as a JSON string with quotes; invalid UTF-8 becomes U+FFFD, one for each
 * maximal part, as TextDecoder does. */
void json_quote(struct buf *out, struct str text);

/* Is this text a canonical integer of at most 2^53-1 in absolute value ("0", "42", "-7")? */
bool json_is_safe_integer(struct str text);

#endif
