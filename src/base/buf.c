/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include "base/spare.h"

#include <stdarg.h>
#include <stdio.h>

enum { BUF_FIRST_BYTES = 64 };

void
buf_fini(struct buf *b)
{
	if (!b->is_lent)
		spare_give(b->data, b->cap);
	*b = BUF_INIT;
}

char *
buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST_BYTES;
	char *data;

	if (b->failed || n > SIZE_MAX / 2 - b->len) {
		b->failed = true;
		return NULL;
	}
	if (b->cap - b->len >= n && b->data)
		return b->data + b->len;
	while (cap - b->len < n)
		cap *= 2;
	cap = spare_size(cap);
	data = b->is_lent ? spare_take(cap) : spare_resize(b->data, b->cap, b->len, cap);
	if (!data) {
		b->failed = true;
		return NULL;
	}
	if (b->is_lent && b->len)
		memcpy(data, b->data, b->len);
	b->is_lent = false;
	b->data = data;
	b->cap = cap;
	return b->data + b->len;
}

void
buf_add_growing(struct buf *b, const void *bytes, size_t n)
{
	char *to = buf_reserve(b, n);

	if (!to)
		return;
	memcpy(to, bytes, n);
	b->len += n;
}

void
buf_add_u64(struct buf *b, uint64_t n)
{
	char digits[20], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	buf_add(b, at, (size_t)(digits + sizeof(digits) - at));
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	size_t room;
	int n;

	if (!buf_reserve(b, BUF_FIRST_BYTES))
		return;
	room = b->cap - b->len;
	va_start(args, format);
	n = vsnprintf(b->data + b->len, room, format, args);
	va_end(args);
	/* Most texts are short and done; only of a long one the length had to be learnt. */
	if (n >= 0 && (size_t)n >= room) {
		if (!buf_reserve(b, (size_t)n + 1))
			return;
		va_start(args, format);
		vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
		va_end(args);
	}
	if (n > 0)
		b->len += (size_t)n;
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}
