/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/http_lines.h"

#include "base/errors.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

void
http_lines_init(struct http_lines *l, size_t bytes_max, size_t lines_max)
{
	*l = (struct http_lines){
		.bytes_max = bytes_max, .lines_max = lines_max, .is_ascii = true};
}

void
http_lines_fini(struct http_lines *l)
{
	buf_fini(&l->bytes);
}

static bool
is_visible(char c)
{
	return c >= ' ' && c < 0x7f;
}

/* How many bytes at the start are visible ASCII or blanks. */
static size_t
visible_run(const char *bytes, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; n - i >= 16; i += 16) {
		__m128i sixteen = _mm_loadu_si128((const void *)(bytes + i));
		/* what is not ASCII is negative here, and so below the blank too */
		__m128i low = _mm_cmplt_epi8(sixteen, _mm_set1_epi8(' '));
		__m128i del = _mm_cmpeq_epi8(sixteen, _mm_set1_epi8(0x7f));
		int marks = _mm_movemask_epi8(_mm_or_si128(low, del));

		if (marks)
			return i + (size_t)__builtin_ctz((unsigned)marks);
	}
#endif
	while (i < n && is_visible(bytes[i]))
		i++;
	return i;
}

/* How many bytes may stand in a line, before one that may not. */
static size_t
text_run(const char *bytes, size_t n, bool *is_ascii)
{
	size_t i = visible_run(bytes, n);

	while (i < n && (bytes[i] == '\t' || bytes[i] & 0x80)) {
		*is_ascii = false;
		i++;
		i += visible_run(bytes + i, n - i);
	}
	return i;
}

/* Walk over n bytes that follow what is gathered. Returns how many are used. */
static size_t
walk(struct http_lines *l, const char *bytes, size_t n, int *error_out)
{
	size_t i = 0;

	while (i < n && !l->is_complete) {
		if (!l->is_after_cr) {
			i += text_run(bytes + i, n - i, &l->is_ascii);
			if (i < n && bytes[i] != '\r')
				*error_out = -E_HTTP_SYNTAX;
			if (*error_out || i == n)
				break;
			i++;
			l->is_after_cr = true;
			continue;
		}
		if (bytes[i] != '\n') {
			*error_out = -E_HTTP_SYNTAX;
			break;
		}
		i++;
		l->is_after_cr = false;
		if (l->bytes.len + i - l->line_at == 2) {
			l->is_complete = true;
		} else if (++l->lines_n > l->lines_max) {
			*error_out = -E_HEAD_TOO_LARGE;
			break;
		}
		l->line_at = l->bytes.len + i;
	}
	return i;
}

long
http_lines_feed(struct http_lines *l, const char *bytes, size_t n)
{
	size_t room = l->bytes_max - l->bytes.len, used;
	int error = 0;

	used = walk(l, bytes, n < room ? n : room, &error);
	if (!error && !l->is_complete && l->bytes.len + used == l->bytes_max)
		error = -E_HEAD_TOO_LARGE;
	l->section = (struct str){bytes, used};
	if (l->bytes.len || !(l->is_complete || error)) {
		buf_add(&l->bytes, bytes, used);
		l->section = buf_str(&l->bytes);
	}
	if (l->bytes.failed)
		return -E_NOMEM;
	return error ? error : (long)used;
}

struct str
http_lines_cut(struct str *section)
{
	struct str line = str_cut(section, '\r');

	if (section->len > 0)
		*section = str_skip(*section, 1);
	return line;
}
