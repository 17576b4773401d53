/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding values in a validated JSON text: each is a slice of it, found again on each walk.
 * Skipping a container counts brackets and jumps over strings, a word at a time.
 */
#include "proto/json.h"

#include "proto/json_scan.h"

struct str
json_trim(struct str text)
{
	const char *at, *end;

	if (text.len == 0)
		return text;
	end = text.ptr + text.len;
	at = json_skip_blanks(text.ptr, end);
	while (end > at && (unsigned char)end[-1] <= ' ')
		end--;
	return (struct str){at, (size_t)(end - at)};
}

enum json_kind
json_kind(struct str value)
{
	const char *at, *end;

	if (value.len == 0)
		return JSON_INVALID;
	end = value.ptr + value.len;
	at = json_skip_blanks(value.ptr, end);
	switch (at < end ? *at : '\0') {
	case 'n':
		return JSON_NULL_KIND;
	case 't':
	case 'f':
		return JSON_BOOL;
	case '"':
		return JSON_STRING_KIND;
	case '[':
		return JSON_ARRAY_KIND;
	case '{':
		return JSON_OBJECT_KIND;
	default:
		return at < end && (*at == '-' || (*at >= '0' && *at <= '9'))
			       ? JSON_NUMBER
			       : JSON_INVALID;
	}
}

/* Marks '"' and '\\'; other than in json_mark_special, what is not ASCII is let pass. */
static inline uint64_t
mark_string_end(uint64_t word)
{
	uint64_t quote = (word ^ STR_EACH_BYTE('"')) - STR_EACH_BYTE(1);
	uint64_t backslash = (word ^ STR_EACH_BYTE('\\')) - STR_EACH_BYTE(1);

	return (quote | backslash) & ~word & JSON_HIGH_BITS;
}

/* Inside of a string: its closing quote, when that is near and nothing is escaped before. */
static inline const char *
near_quote(const char *at, const char *end)
{
#ifdef __SSE2__
	if (end - at >= 16) {
		unsigned quotes = json_mark_16(at, '"');
		unsigned others = json_mark_16(at, '\\');

		return quotes && !(others & (quotes - 1) & ~quotes)
			       ? at + __builtin_ctz(quotes)
			       : NULL;
	}
#endif
	for (int i = 0; i < 16 && at < end && *at != '\\'; i++, at++)
		if (*at == '"')
			return at;
	return NULL;
}

/* On the opening quote; returns what follows the closing one. */
static const char *
skip_string(const char *at, const char *end)
{
	at++;
#ifdef __SSE2__
	while (end - at > 16) {
		unsigned marks = json_mark_16(at, '"') | json_mark_16(at, '\\');

		at += marks ? __builtin_ctz(marks) : 16;
		if (marks && *at == '"')
			return at + 1;
		if (marks)
			at += 2; /* not behind the end: there were seventeen bytes */
	}
#endif
	while (end - at >= 8) {
		uint64_t marks = mark_string_end(json_word(at));

		at += marks ? json_first_mark(marks) : 8;
		if (marks && *at == '"')
			return at + 1;
		if (marks)
			at += end - at > 1 ? 2 : 1;
	}
	while (at < end) {
		if (*at == '"')
			return at + 1;
		at += *at == '\\' && end - at > 1 ? 2 : 1;
	}
	return end;
}

/* Marks brackets and braces of either direction, and quotes. Bit 0x20 is all that tells
 * '[' from '{' and ']' from '}'; no other byte between strings becomes one of them. */
static inline uint64_t
mark_structure(uint64_t word)
{
	uint64_t folded = word | STR_EACH_BYTE(0x20);
	uint64_t opening = (folded ^ STR_EACH_BYTE('{')) - STR_EACH_BYTE(1);
	uint64_t closing = (folded ^ STR_EACH_BYTE('}')) - STR_EACH_BYTE(1);
	uint64_t quote = (word ^ STR_EACH_BYTE('"')) - STR_EACH_BYTE(1);

	return (opening | closing | quote) & JSON_HIGH_BITS;
}

/* The next bracket, brace or quote; or, near the end, just the next byte. */
static inline const char *
find_structure(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t marks = mark_structure(json_word(at));

		if (marks)
			return at + json_first_mark(marks);
		at += 8;
	}
	return at;
}

/* On the opening bracket; returns what follows the closing one. */
static const char *
skip_container(const char *at, const char *end)
{
	const char *quote;
	size_t depth = 0;

	while (at < end) {
		switch (*at++) {
		case '"':
			quote = near_quote(at, end);
			at = quote ? quote + 1 : skip_string(at - 1, end);
			break;
		case '[':
		case '{':
			depth++;
			break;
		case ']':
		case '}':
			if (--depth == 0)
				return at;
			break;
		case ':':
		case ',':
			break; /* a value or a key is near */
		default:
			at = find_structure(at, end);
		}
	}
	return end;
}

static inline const char *
skip_value(const char *at, const char *end)
{
	if (*at == '"') {
		const char *quote = near_quote(at + 1, end);

		return quote ? quote + 1 : skip_string(at, end);
	}
	if (*at == '[' || *at == '{')
		return skip_container(at, end);
	do
		at++;
	while (at < end && *at != ',' && *at != ']' && *at != '}' &&
	       (unsigned char)*at > ' ');
	return at;
}

struct json_walk
json_walk(struct str array_or_object)
{
	struct json_walk w = {NULL, NULL};

	if (array_or_object.len == 0)
		return w;
	w.end = array_or_object.ptr + array_or_object.len;
	w.at = json_skip_blanks(array_or_object.ptr, w.end);
	if (w.at < w.end && (*w.at == '[' || *w.at == '{'))
		w.at++;
	else
		w.at = w.end;
	return w;
}

/* Is there a value or a key to come? Stands on it then. */
static inline bool
has_next(struct json_walk *w)
{
	w->at = json_skip_blanks(w->at, w->end);
	if (w->at < w->end && *w->at == ',')
		w->at = json_skip_blanks(w->at + 1, w->end);
	return w->at < w->end && *w->at != ']' && *w->at != '}';
}

/* On the first byte of a value. */
static inline void
take_value(struct json_walk *w, struct str *out)
{
	const char *start = w->at;

	w->at = skip_value(start, w->end);
	*out = (struct str){start, (size_t)(w->at - start)};
}

bool
json_next(struct json_walk *w, struct str *value_out)
{
	if (!has_next(w))
		return false;
	take_value(w, value_out);
	return true;
}

static inline bool
next_member(struct json_walk *w, struct json_member *out)
{
	const char *key, *quote;

	if (!has_next(w) || *w->at != '"')
		return false;
	key = w->at + 1;
	quote = near_quote(key, w->end);
	w->at = quote ? quote + 1 : skip_string(w->at, w->end);
	if (w->at == key)
		return false;
	out->key = (struct str){key, (size_t)(w->at - key) - 1};
	out->is_escaped = !quote && memchr(key, '\\', out->key.len);
	w->at = json_skip_blanks(w->at, w->end);
	if (w->at < w->end && *w->at == ':')
		w->at = json_skip_blanks(w->at + 1, w->end);
	if (w->at == w->end)
		return false;
	take_value(w, &out->value);
	return true;
}

bool
json_next_member(struct json_walk *w, struct str *key_out, struct str *value_out)
{
	struct json_member member;

	if (!next_member(w, &member))
		return false;
	*key_out = member.key;
	*value_out = member.value;
	return true;
}

/* What is not escaped holds no backslash, so that one in key makes them differ. */
static inline bool
is_named(const struct json_member *m, struct str key)
{
	return m->is_escaped ? json_escaped_key_is(m->key, key) : str_eq(m->key, key);
}

/* Where keys ask for it, the value is m's: of several with one name the last counts. */
static inline void
pick(const struct json_member *m, const struct str *keys, size_t keys_n,
     struct str *values_out)
{
	for (size_t i = 0; i < keys_n; i++)
		if (is_named(m, keys[i]))
			values_out[i] = m->value;
}

void
json_pick(struct str object, const struct str *keys, size_t keys_n,
	  struct str *values_out)
{
	struct json_walk w = json_walk(object);
	struct json_member member;

	for (size_t i = 0; i < keys_n; i++)
		values_out[i] = (struct str){NULL, 0};
	if (json_kind(object) != JSON_OBJECT_KIND)
		return;
	while (next_member(&w, &member))
		pick(&member, keys, keys_n, values_out);
}

void
json_members_pick(const struct json_members *m, const struct str *keys, size_t keys_n,
		  struct str *values_out)
{
	if (m->is_cut) {
		json_pick(m->object, keys, keys_n, values_out);
		return;
	}
	for (size_t i = 0; i < keys_n; i++)
		values_out[i] = (struct str){NULL, 0};
	for (uint32_t i = 0; i < m->n; i++)
		pick(&m->items[i], keys, keys_n, values_out);
}

bool
json_get(struct str object, struct str key, struct str *value_out)
{
	struct str value;

	json_pick(object, &key, 1, &value);
	if (!value.ptr)
		return false;
	*value_out = value;
	return true;
}

bool
json_is_true(struct str value)
{
	return str_eq(value, STR("true"));
}
