/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/http_lines.h"

#include "base/errors.h"

#include <endian.h>

#define EVERY_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

void
http_lines_init(struct http_lines *l, size_t bytes_max, size_t lines_max)
{
	*l = (struct http_lines){.bytes_max = bytes_max, .lines_max = lines_max};
}

void
http_lines_fini(struct http_lines *l)
{
	buf_fini(&l->bytes);
}

/* Marks the bytes below 0x20 and 0x7f with 0x80. A borrow can mark bytes behind a true hit
 * falsely, never before it, so the lowest mark is always true. */
static uint64_t
mark_controls(uint64_t word)
{
	uint64_t below = (word - EVERY_BYTE(0x20)) & ~word;
	uint64_t del = word ^ EVERY_BYTE(0x7f);

	del = (del - EVERY_BYTE(1)) & ~del;
	return (below | del) & EVERY_BYTE(0x80);
}

/* May it stand in a line? */
static bool
is_text(char c)
{
	return ((unsigned char)c >= ' ' || c == '\t') && c != 0x7f;
}

/* How many bytes may stand in a line, before one that may not. */
static size_t
text_run(const char *bytes, size_t n)
{
	size_t i = 0;

	for (uint64_t word, marks; n - i >= sizeof(word);) {
		memcpy(&word, bytes + i, sizeof(word));
		marks = mark_controls(le64toh(word));
		i += marks ? (size_t)__builtin_ctzll(marks) / 8 : sizeof(word);
		if (marks && bytes[i] != '\t')
			return i;
		i += marks != 0; /* the tab */
	}
	while (i < n && is_text(bytes[i]))
		i++;
	return i;
}

/* Walk over n bytes that follow what is gathered. Returns how many are used. */
static long
walk(struct http_lines *l, const char *bytes, size_t n, int *error_out)
{
	size_t i = 0;

	while (i < n && !l->is_complete) {
		if (!l->is_after_cr) {
			i += text_run(bytes + i, n - i);
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
	return (long)i;
}

long
http_lines_feed(struct http_lines *l, const char *bytes, size_t n)
{
	size_t room = l->bytes_max - l->bytes.len;
	int error = 0;
	long used = walk(l, bytes, n < room ? n : room, &error);

	buf_add(&l->bytes, bytes, (size_t)used);
	if (l->bytes.failed)
		return -E_NOMEM;
	if (!error && !l->is_complete && l->bytes.len == l->bytes_max)
		error = -E_HEAD_TOO_LARGE;
	return error ? error : used;
}

struct str
http_lines_cut(struct str *section)
{
	struct str line = str_cut(section, '\r');

	if (section->len > 0)
		*section = str_skip(*section, 1);
	return line;
}
