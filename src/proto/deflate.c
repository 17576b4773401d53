/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages through zlib. A context is made when its window size is first asked for and is
 * reset for every message, so it serves all connections of a loop in turn.
 * Source: RFC 7692 7.2; zlib.h.
 */
#include "proto/deflate.h"

#include "base/errors.h"

#include <limits.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

enum {
	BITS_MIN = 9,
	BITS_MAX = 15, /* windows that zlib deflates with, raw */
	LEVEL = 4,
	MEMORY = 8,
	STEP_BYTES = 1024, /* first room for inflated bytes */
	FLUSH_BYTES = 16,  /* more than what a flush adds */
	TAIL_BYTES = 4,
	BETWEEN_BLOCKS = 128,
};

static const char tail[TAIL_BYTES] = "\x00\x00\xFF\xFF";

struct deflate_pool {
	z_stream deflate[BITS_MAX - BITS_MIN + 1], inflate[BITS_MAX - BITS_MIN + 1];
};

struct deflate_pool *
deflate_pool_new(void)
{
	return calloc(1, sizeof(struct deflate_pool));
}

void
deflate_pool_free(struct deflate_pool *p)
{
	if (!p)
		return;
	for (int i = 0; i <= BITS_MAX - BITS_MIN; i++) {
		if (p->deflate[i].state)
			deflateEnd(&p->deflate[i]);
		if (p->inflate[i].state)
			inflateEnd(&p->inflate[i]);
	}
	free(p);
}

/* A window of 8 bits is kept to by that of 9: zlib never looks back further than its window
 * less the longest match and what it compares ahead, 512 - 262 bytes, so within 256. */
static z_stream *
get_deflate(struct deflate_pool *p, int window_bits)
{
	int bits = window_bits < BITS_MIN ? BITS_MIN : window_bits, result;
	z_stream *z = &p->deflate[bits - BITS_MIN];

	if (z->state)
		result = deflateReset(z);
	else
		result = deflateInit2(z, LEVEL, Z_DEFLATED, -bits, MEMORY,
				      Z_DEFAULT_STRATEGY);
	return result == Z_OK ? z : NULL;
}

static z_stream *
get_inflate(struct deflate_pool *p, int window_bits)
{
	z_stream *z = &p->inflate[window_bits - BITS_MIN];

	return (z->state ? inflateReset(z) : inflateInit2(z, -window_bits)) == Z_OK
		       ? z
		       : NULL;
}

static void
set_input(z_stream *z, struct str in)
{
	z->next_in = (const Bytef *)in.ptr;
	z->avail_in = (uInt)in.len;
}

/* At least n bytes more to write to, as many as the buffer has up to most. */
static bool
set_output(z_stream *z, struct buf *out, size_t n, size_t most)
{
	char *to = buf_reserve(out, n);
	size_t room = to ? out->cap - out->len : 0;

	if (!to)
		return false;
	room = room < most ? room : most;
	z->next_out = (Bytef *)to;
	z->avail_out = room < UINT_MAX ? (uInt)room : UINT_MAX;
	return true;
}

static void
take_output(const z_stream *z, struct buf *out)
{
	out->len = (size_t)((const char *)z->next_out - out->data);
}

/* A flush is complete when it leaves output room; what it ended with is the tail. */
int
deflate_message(struct deflate_pool *p, int window_bits, struct str in, struct buf *out)
{
	z_stream *z = get_deflate(p, window_bits);
	size_t start = out->len;

	if (in.len > UINT_MAX)
		return -E_TOO_LARGE;
	if (!z)
		return -E_NOMEM;
	set_input(z, in);
	do {
		size_t n = deflateBound(z, z->avail_in) + FLUSH_BYTES;

		if (!set_output(z, out, n, SIZE_MAX)) {
			out->len = start;
			return -E_NOMEM;
		}
		deflate(z, Z_SYNC_FLUSH);
		take_output(z, out);
	} while (z->avail_out == 0);
	out->len -= TAIL_BYTES;
	return 0;
}

/* Inflate until the input is used up, never to more than end_max bytes in out. A block
 * marked as the last one ends a stream, not the message (RFC 7692 7.2.3.4): what follows
 * it is a new stream. Returns 1 when the input ended with such a block, 0, or an error. */
static int
inflate_part(z_stream *z, struct str in, size_t end_max, struct buf *out)
{
	int result;

	set_input(z, in);
	do {
		size_t left = end_max -
			      out->len; /* one byte more tells that it is too much */
		size_t n = left < STEP_BYTES ? left + 1 : STEP_BYTES;

		if (!set_output(z, out, n, left < SIZE_MAX ? left + 1 : left))
			return -E_NOMEM;
		result = inflate(z, Z_SYNC_FLUSH);
		take_output(z, out);
		if (out->len > end_max)
			return -E_TOO_LARGE;
		if (result == Z_MEM_ERROR)
			return -E_NOMEM;
		if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END)
			return -E_DEFLATE;
		if (result == Z_STREAM_END && z->avail_in)
			inflateReset(z);
	} while (z->avail_in || z->avail_out == 0);
	return result == Z_STREAM_END;
}

/* data_type is 128 between blocks, with no bits of the next one taken (zlib.h, inflate). */
static bool
is_between_blocks(const z_stream *z)
{
	return z->data_type == BETWEEN_BLOCKS;
}

int
inflate_message(struct deflate_pool *p, int window_bits, struct str in, size_t max_bytes,
		struct buf *out)
{
	z_stream *z = get_inflate(p, window_bits);
	size_t start = out->len, end_max;
	int result;

	if (in.len > UINT_MAX)
		return -E_TOO_LARGE;
	if (!z)
		return -E_NOMEM;
	end_max = max_bytes < SIZE_MAX - start ? start + max_bytes : SIZE_MAX;
	result = inflate_part(z, in, end_max, out);
	if (result == 0) {
		result = inflate_part(z, (struct str){tail, TAIL_BYTES}, end_max, out);
		if (result >= 0 && !is_between_blocks(z))
			result = -E_DEFLATE;
	}
	if (result >= 0)
		return 0;
	out->len = start;
	return result;
}
