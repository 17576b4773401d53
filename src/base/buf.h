/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growing byte buffer. Writers chain buf_add… calls and look once, at the end:
 * when memory runs short the buffer remembers it and ignores what follows.
 * One owner, one thread. Never shrinks by itself; buf_fini gives everything back.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

struct buf {
	char *data;
	size_t len, cap;
	bool failed;  /* an addition did not fit in memory; contents are incomplete */
	bool is_lent; /* data is the room that buf_in was given */
};

#define BUF_INIT ((struct buf){0})

/* A buffer that begins in n bytes of somebody else's, on the stack mostly, and takes memory
 * when they do not do. The room must stay where it is, and live as long. */
static inline struct buf
buf_in(char *room, size_t n)
{
	return (struct buf){.data = room, .cap = n, .is_lent = true};
}

/* Give the memory back; what is left is an empty buffer. */
void buf_fini(struct buf *b);

/* Room for n more bytes at data + len. Returns NULL (and marks failed) without memory.
 * The caller writes there and adds to len himself. */
char *buf_reserve(struct buf *b, size_t n);

/* Append where no room is left, for the inline ones below. */
void buf_add_growing(struct buf *b, const void *bytes, size_t n);

static inline void
buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (n > b->cap - b->len || b->failed) {
		buf_add_growing(b, bytes, n);
	} else if (n) {
		memcpy(b->data + b->len, bytes, n);
		b->len += n;
	}
}

static inline void
buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.ptr, s.len);
}

static inline void
buf_add_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

/* Append decimal digits, and text as printf makes it. */
void buf_add_u64(struct buf *b, uint64_t n);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* Forget the first n bytes. */
void buf_drop(struct buf *b, size_t n);

/* Empty, memory kept. */
static inline void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){b->data, b->len};
}

#endif
