/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Targets are cut, not normalised: what the router compares are the bytes the client sent.
 * Decoding happens where a value is used. Browsers and other clients leave characters such
 * as '|', '{' or '"' unescaped in queries, so every visible ASCII character but '#' passes.
 */
#include "proto/uri.h"

#include "base/errors.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Visible ASCII without the mark of a fragment. */
static bool
is_visible(struct str s)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; s.len - i >= 16; i += 16) {
		__m128i sixteen = _mm_loadu_si128((const void *)(s.ptr + i));
		/* what is not ASCII is negative here */
		__m128i low = _mm_cmplt_epi8(sixteen, _mm_set1_epi8('!'));
		__m128i del = _mm_cmpeq_epi8(sixteen, _mm_set1_epi8(0x7f));
		__m128i mark = _mm_cmpeq_epi8(sixteen, _mm_set1_epi8('#'));

		if (_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(del, mark))))
			return false;
	}
#endif
	for (; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || s.ptr[i] == '#')
			return false;
	return true;
}

int
uri_split(struct str target, struct uri *out)
{
	size_t path_len = target.len;
	const char *mark;

	if (target.len == 0 || target.ptr[0] != '/' || !is_visible(target))
		return -E_HTTP_SYNTAX;
	mark = memchr(target.ptr, '?', target.len);
	if (mark)
		path_len = (size_t)(mark - target.ptr);
	out->path = (struct str){target.ptr, path_len};
	out->query = str_skip(target, path_len < target.len ? path_len + 1 : path_len);
	return 0;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Take one decoded byte off the front: its value, or -1 when the encoding is broken. */
static int
take_byte(struct str *raw, bool plus_is_space)
{
	char c = raw->ptr[0];
	int high, low;

	if (c != '%') {
		*raw = str_skip(*raw, 1);
		return c == '+' && plus_is_space ? ' ' : (unsigned char)c;
	}
	high = raw->len < 3 ? -1 : hex_value(raw->ptr[1]);
	low = raw->len < 3 ? -1 : hex_value(raw->ptr[2]);
	if (high < 0 || low < 0)
		return -1;
	*raw = str_skip(*raw, 3);
	return high << 4 | low;
}

int
uri_decode(struct str raw, bool plus_is_space, struct arena *a, struct str *out)
{
	char *to = arena_alloc(a, raw.len + 1);
	size_t n = 0;

	if (!to)
		return -E_NOMEM;
	while (raw.len > 0) {
		int byte = take_byte(&raw, plus_is_space);

		if (byte < 0)
			return -E_PERCENT;
		to[n++] = (char)byte;
	}
	to[n] = '\0';
	*out = (struct str){to, n};
	return 0;
}

static bool
has_escape(struct str raw)
{
	return memchr(raw.ptr, '%', raw.len) || memchr(raw.ptr, '+', raw.len);
}

struct query
query_walk(struct str query)
{
	return (struct query){query, query.len > 0 && has_escape(query)};
}

bool
query_next(struct query *q, struct str *name_out, struct str *value_out)
{
	while (q->rest.len > 0) {
		struct str member = str_cut(&q->rest, '&');

		if (member.len == 0)
			continue;
		*name_out = str_cut(&member, '=');
		*value_out = member;
		return true;
	}
	return false;
}

bool
query_coded_name_is(struct str raw, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (raw.len == 0 || take_byte(&raw, true) != (unsigned char)text.ptr[i])
			return false;
	return raw.len == 0;
}

bool
query_value(const struct query *q, struct str raw, struct arena *a, struct str *out)
{
	*out = raw.len ? raw : STR("");
	return !q->is_coded || raw.len == 0 || !has_escape(raw) ||
	       uri_decode(raw, true, a, out) == 0;
}

bool
query_get(struct str query, struct str name, struct arena *a, struct str *out)
{
	struct query q = query_walk(query);
	struct str raw_name, raw_value;

	while (query_next(&q, &raw_name, &raw_value))
		if (query_name_is(&q, raw_name, name))
			return query_value(&q, raw_value, a, out);
	return false;
}

/* Write the decoded segment to `to`. Errors: -E_FORBIDDEN for what no file name may hold:
 * a decoded slash would add a segment nobody has looked at. */
static int
decode_segment(struct str raw, char *to, size_t *n_out)
{
	size_t n = 0;

	while (raw.len > 0) {
		int byte = take_byte(&raw, false);

		if (byte < 0)
			return -E_PERCENT;
		if (byte == '\0' || byte == '\\' || byte == '/')
			return -E_FORBIDDEN;
		to[n++] = (char)byte;
	}
	*n_out = n;
	return 0;
}

/* Forget the last segment of a name that is empty or ends with '/'. */
static int
drop_segment(const char *name, size_t *n)
{
	if (*n == 0)
		return -E_FORBIDDEN;
	do
		--*n;
	while (*n > 0 && name[*n - 1] != '/');
	return 0;
}

int
uri_file_name(struct str path, struct arena *a, struct str *out)
{
	char *name = arena_alloc(a, path.len + 1);
	size_t n = 0, segment_n;
	int error = 0;

	if (!name)
		return -E_NOMEM;
	if (path.len == 0 || path.ptr[0] != '/')
		return -E_FORBIDDEN;
	for (path = str_skip(path, 1); path.ptr && !error;) {
		struct str raw = str_cut(&path, '/');
		struct str segment = {name + n, 0};

		error = decode_segment(raw, name + n, &segment_n);
		segment.len = error ? 0 : segment_n;
		if (segment.len == 0 || str_eq(segment, STR(".")))
			continue;
		if (str_eq(segment, STR("..")))
			error = drop_segment(name, &n);
		else if (segment.ptr[0] == '.')
			error = -E_FORBIDDEN;
		else {
			n += segment.len;
			if (path.ptr)
				name[n++] = '/';
		}
	}
	if (error)
		return error;
	name[n] = '\0';
	*out = (struct str){name, n};
	return 0;
}
