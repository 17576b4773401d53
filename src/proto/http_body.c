/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/http_body.h"

#include "base/errors.h"

enum body_state {
	BODY_PLAIN, /* left_bytes to go, no chunks */
	BODY_SIZE,
	BODY_SIZE_LF,
	BODY_DATA,
	BODY_DATA_CR,
	BODY_DATA_LF,
	BODY_LAST /* the chunk of size 0 is there */
};

enum { SIZE_DIGITS_MAX = 16 };

void
http_body_init(struct http_body *b, uint64_t length, uint64_t max_bytes)
{
	*b = (struct http_body){
		.left_bytes = length, .room_bytes = max_bytes, .state = BODY_PLAIN};
}

void
http_body_init_chunked(struct http_body *b, uint64_t max_bytes)
{
	*b = (struct http_body){.room_bytes = max_bytes, .state = BODY_SIZE};
}

void
http_body_limit(struct http_body *b, uint64_t max_bytes)
{
	if (max_bytes < b->room_bytes)
		b->room_bytes = max_bytes;
}

bool
http_body_is_complete(const struct http_body *b)
{
	return b->state == BODY_LAST || (b->state == BODY_PLAIN && b->left_bytes == 0);
}

/* One byte of "<hex digits> CR". */
static int
size_byte(struct http_body *b, char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at;

	if (c == '\r' && b->digits_n > 0) {
		b->state = BODY_SIZE_LF;
		return b->left_bytes > b->room_bytes ? -E_TOO_LARGE : 0;
	}
	if (c >= 'A' && c <= 'F')
		c |= 0x20;
	at = c ? strchr(digits, c) : NULL;
	if (!at || b->digits_n == SIZE_DIGITS_MAX)
		return -E_HTTP_FRAMING;
	b->left_bytes = b->left_bytes << 4 | (uint64_t)(at - digits);
	b->digits_n++;
	return 0;
}

/* One byte of what stands around the data of a chunk. */
static int
framing_byte(struct http_body *b, char c)
{
	switch ((enum body_state)b->state) {
	case BODY_SIZE:
		return size_byte(b, c);
	case BODY_SIZE_LF:
		b->state = b->left_bytes ? BODY_DATA : BODY_LAST;
		return c == '\n' ? 0 : -E_HTTP_FRAMING;
	case BODY_DATA_CR:
		b->state = BODY_DATA_LF;
		return c == '\r' ? 0 : -E_HTTP_FRAMING;
	case BODY_DATA_LF:
		b->state = BODY_SIZE;
		b->digits_n = 0;
		return c == '\n' ? 0 : -E_HTTP_FRAMING;
	case BODY_PLAIN:
	case BODY_DATA:
	case BODY_LAST:
		break;
	}
	return -E_STATE;
}

long
http_body_feed(struct http_body *b, const char *bytes, size_t n, struct str *out)
{
	size_t i = 0;

	*out = (struct str){0};
	if (b->state == BODY_PLAIN && b->left_bytes > b->room_bytes)
		return -E_TOO_LARGE;
	while (i < n && !http_body_is_complete(b)) {
		int error;

		if (b->state == BODY_DATA || b->state == BODY_PLAIN) {
			size_t len = n - i < b->left_bytes ? n - i
							   : (size_t)b->left_bytes;

			*out = (struct str){bytes + i, len};
			b->left_bytes -= len;
			b->room_bytes -= len;
			if (b->left_bytes == 0 && b->state == BODY_DATA)
				b->state = BODY_DATA_CR;
			return (long)(i + len);
		}
		error = framing_byte(b, bytes[i++]);
		if (error)
			return error;
	}
	return (long)i;
}
