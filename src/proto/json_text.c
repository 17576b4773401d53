/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Strings and numbers of a validated JSON text as C values, and C text as a JSON string.
 * Escapes are decoded a piece at a time, so comparing needs no memory.
 */
#include "proto/json.h"

#include "proto/json_scan.h"

#include <math.h>
#include <stdlib.h>

#define SAFE_INTEGER_MAX ((INT64_C(1) << 53) - 1)
enum { NUMBER_BYTES = 64 };

/* The contents of a string value, decoded piece by piece. */
struct pieces {
	const char *at, *end;
	char utf8[4]; /* a decoded escape */
};

static uint32_t
hex4(const char *at)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t c = (unsigned char)at[i];

		value = value << 4 | (c <= '9' ? c & 15 : ((c | 0x20) - 'a' + 10) & 15);
	}
	return value;
}

static size_t
put_utf8(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

/* Behind "\u". Surrogates count as pairs only; alone they become U+FFFD. */
static uint32_t
take_unicode_escape(struct pieces *p)
{
	uint32_t code, low;

	if (p->end - p->at < 4) {
		p->at = p->end;
		return 0xFFFD;
	}
	code = hex4(p->at);
	p->at += 4;
	if (code < 0xD800 || code > 0xDFFF)
		return code;
	if (code > 0xDBFF || p->end - p->at < 6 || p->at[0] != '\\' || p->at[1] != 'u')
		return 0xFFFD;
	low = hex4(p->at + 2);
	if (low < 0xDC00 || low > 0xDFFF)
		return 0xFFFD;
	p->at += 6;
	return 0x10000 + ((code - 0xD800) << 10 | (low - 0xDC00));
}

/* On the backslash. */
static uint32_t
take_escape(struct pieces *p)
{
	char c = p->end - p->at > 1 ? p->at[1] : '\\';

	p->at += p->end - p->at > 1 ? 2 : 1;
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'u':
		return take_unicode_escape(p);
	default:
		return (unsigned char)c;
	}
}

/* The next run of plain bytes or one decoded escape; false at the end. */
static bool
next_piece(struct pieces *p, struct str *piece_out)
{
	const char *backslash;

	if (p->at == p->end)
		return false;
	if (*p->at == '\\') {
		uint32_t code = take_escape(p);

		*piece_out = (struct str){p->utf8, put_utf8(code, p->utf8)};
		return true;
	}
	backslash = memchr(p->at, '\\', (size_t)(p->end - p->at));
	if (!backslash)
		backslash = p->end;
	*piece_out = (struct str){p->at, (size_t)(backslash - p->at)};
	p->at = backslash;
	return true;
}

/* Without the quotes. False when value is not a string. */
static bool
open_string(struct str value, struct str *raw_out)
{
	if (value.len < 2 || value.ptr[0] != '"')
		return false;
	*raw_out = (struct str){value.ptr + 1, value.len - 2};
	return true;
}

bool
json_escaped_key_is(struct str raw_key, struct str text)
{
	struct pieces p;
	struct str piece;

	if (!memchr(raw_key.ptr, '\\', raw_key.len))
		return false;
	p.at = raw_key.ptr;
	p.end = raw_key.ptr + raw_key.len;
	while (next_piece(&p, &piece)) {
		if (!str_has_prefix(text, piece))
			return false;
		text = str_skip(text, piece.len);
	}
	return text.len == 0;
}

bool
json_string_is(struct str value, struct str text)
{
	struct str raw;

	return open_string(value, &raw) && json_key_is(raw, text);
}

void
json_unescape(struct str value, struct buf *out)
{
	struct pieces p;
	struct str raw, piece;

	if (!open_string(value, &raw))
		return;
	p.at = raw.ptr;
	p.end = raw.ptr + raw.len;
	while (next_piece(&p, &piece))
		buf_add_str(out, piece);
}

bool
json_borrow_string(struct str value, struct str *out)
{
	struct str raw;

	if (!open_string(value, &raw) || memchr(raw.ptr, '\\', raw.len))
		return false;
	*out = raw;
	return true;
}

bool
json_to_i64(struct str value, int64_t *out)
{
	bool negative = value.len > 0 && value.ptr[0] == '-';
	uint64_t n;

	if (!str_to_u64(negative ? str_skip(value, 1) : value,
			(uint64_t)INT64_MAX + (negative ? 1 : 0), &n))
		return false;
	*out = negative ? (int64_t)-n : (int64_t)n;
	return true;
}

bool
json_to_double(struct str value, double *out)
{
	char few[NUMBER_BYTES], *digits = few;

	if (value.len == 0 ||
	    (value.ptr[0] != '-' && (value.ptr[0] < '0' || value.ptr[0] > '9')))
		return false;
	if (value.len >= sizeof(few)) {
		digits = str_dup(value);
		if (!digits)
			return false;
	} else {
		memcpy(few, value.ptr, value.len);
		few[value.len] = '\0';
	}
	*out = strtod(digits, NULL);
	if (digits != few)
		free(digits);
	return isfinite(*out);
}

/* A byte that a JSON string cannot hold as it is: '"', '\\' or a control character. */
static void
quote_byte(struct buf *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	static const char letters[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	char escape[6] = {'\\', (char)c};

	if (c >= 0x20) {
		buf_add(out, escape, 2);
		return;
	}
	escape[1] = letters[c];
	if (escape[1]) {
		buf_add(out, escape, 2);
		return;
	}
	memcpy(escape + 1, "u00", 3);
	escape[4] = digits[c >> 4];
	escape[5] = digits[c & 15];
	buf_add(out, escape, 6);
}

/* Nothing in it has to be escaped, and there is room. */
static void
quote_clean(struct buf *out, struct str text)
{
	char *to = out->data + out->len;

	*to++ = '"';
	if (text.len)
		memcpy(to, text.ptr, text.len);
	to[text.len] = '"';
	out->len += text.len + 2;
}

void
json_quote(struct buf *out, struct str text)
{
	const char *at = text.len ? text.ptr : "", *end = at + text.len, *clean = at;

	if (!buf_reserve(out, text.len + 2))
		return;
	if (json_find_special(at, end) == end) {
		quote_clean(out, text);
		return;
	}
	buf_add_char(out, '"');
	for (;;) {
		int step; /* over a character, or minus what has to be written otherwise */

		at = json_find_special(at, end);
		if (at == end)
			step = 0;
		else
			step = (unsigned char)*at < 0x80 ? -1 : json_utf8_step(at, end);
		if (step > 0) {
			at += step;
			continue;
		}
		buf_add(out, clean, (size_t)(at - clean));
		if (step == 0)
			break;
		if ((unsigned char)*at >= 0x80)
			buf_add_str(out, STR("\xEF\xBF\xBD"));
		else
			quote_byte(out, (unsigned char)*at);
		at -= step;
		clean = at;
	}
	buf_add_char(out, '"');
}

bool
json_is_safe_integer(struct str text)
{
	struct str digits = text.len && text.ptr[0] == '-' ? str_skip(text, 1) : text;
	bool is_zero = str_eq(digits, STR("0"));
	uint64_t n;

	if (!str_to_u64(digits, SAFE_INTEGER_MAX, &n))
		return false;
	return is_zero ? digits.len == text.len : digits.ptr[0] != '0';
}
