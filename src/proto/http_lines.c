/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/http_lines.h"

#include "base/errors.h"

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

/* Is a byte of the word below 0x20, or 0x7f? Exact but for the bytes above a hit, so a
 * word without any is certain. */
static bool
may_have_control(uint64_t word)
{
	uint64_t below = (word - EVERY_BYTE(0x20)) & ~word;
	uint64_t del = word ^ EVERY_BYTE(0x7f);

	del = (del - EVERY_BYTE(1)) & ~del;
	return (below | del) & EVERY_BYTE(0x80);
}

/* How many bytes may stand in a line, before one that may not. */
static size_t
text_run(const char *bytes, size_t n)
{
	size_t i = 0;

	for (;;) {
		for (uint64_t word; n - i >= sizeof(word); i += sizeof(word)) {
			memcpy(&word, bytes + i, sizeof(word));
			if (may_have_control(word))
				break;
		}
		for (size_t end = n - i < 8 ? n : i + 8; i < end; i++) {
			unsigned char c = (unsigned char)bytes[i];

			if ((c < ' ' && c != '\t') || c == 0x7f)
				return i;
		}
		if (i == n)
			return n;
	}
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
