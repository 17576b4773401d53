/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection's bytes, fed whole and in pieces: both must read the same messages and end
 * with the same error. Compressed messages are inflated. The first byte chooses the pieces
 * and the limits. */
#include "target.h"

#include "base/buf.h"
#include "base/errors.h"
#include "proto/deflate.h"
#include "proto/websocket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INFLATED_BYTES_MAX = 1 << 16, UNUSED_BYTES_MAX = 139 };

/* What was read, in one text: equal texts are equal conversations. */
struct reading {
	struct ws_parser parser;
	struct ws_limits limits;
	struct deflate_pool *pool;
	struct buf message, log;
	long error;
};

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void
end_message(struct reading *r, const struct ws_slice *s)
{
	struct buf plain = BUF_INIT;
	int error = 0;

	if (s->deflated)
		error = inflate_message(r->pool, 15, buf_str(&r->message),
					INFLATED_BYTES_MAX, &plain);
	else if (s->opcode == WS_TEXT)
		require(utf8_is_valid(buf_str(&r->message)), "invalid text passed");
	require(plain.len <= INFLATED_BYTES_MAX, "inflated too far");
	buf_printf(&r->log, "[%d %d %d ", s->opcode, s->deflated, error);
	buf_add_str(&r->log, buf_str(s->deflated ? &plain : &r->message));
	buf_clear(&r->message);
	buf_fini(&plain);
}

static void
take_slice(struct reading *r, const struct ws_slice *s)
{
	if (s->event == WS_EVENT_CONTROL) {
		require(s->len <= 125, "control frame too long");
		buf_printf(&r->log, "(%d ", s->opcode);
		buf_add(&r->log, s->data, s->len);
		return;
	}
	buf_add(&r->message, s->data, s->len);
	require(r->message.len <= r->limits.message_bytes, "message too long");
	if (s->is_last)
		end_message(r, s);
}

/* Read what is there; returns the bytes used. */
static size_t
read_some(struct reading *r, char *bytes, size_t n)
{
	size_t at = 0;

	for (;;) {
		struct ws_slice slice;
		long used = ws_parser_feed(&r->parser, &r->limits, bytes + at, n - at,
					   &slice);

		if (used < 0) {
			r->error = used;
			return at;
		}
		require((size_t)used <= n - at, "more used than given");
		at += (size_t)used;
		if (slice.event == WS_EVENT_MORE)
			return at;
		take_slice(r, &slice);
	}
}

static void
read_all(struct reading *r, const uint8_t *data, size_t size, size_t piece)
{
	struct buf kept = BUF_INIT;

	while (size && !r->error) {
		size_t n = size < piece ? size : piece;

		buf_add(&kept, data, n);
		buf_drop(&kept, read_some(r, kept.data, kept.len));
		require(r->error || kept.len <= UNUSED_BYTES_MAX, "kept too much");
		data += n;
		size -= n;
	}
	buf_fini(&kept);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading whole = {.pool = deflate_pool_new()}, pieces;

	if (size == 0 || !whole.pool) {
		deflate_pool_free(whole.pool);
		return 0;
	}
	whole.limits = (struct ws_limits){
		.message_bytes = data[0] & 1 ? 100 : 1 << 20,
		.fragments_n = data[0] & 2 ? 3 : 1000,
		.deflate = data[0] & 4,
	};
	pieces = whole;
	read_all(&whole, data + 1, size - 1, size);
	read_all(&pieces, data + 1, size - 1, (data[0] >> 3) + 1);
	require(whole.error == pieces.error, "errors differ");
	require(str_eq(buf_str(&whole.log), buf_str(&pieces.log)), "messages differ");
	buf_fini(&whole.message);
	buf_fini(&whole.log);
	buf_fini(&pieces.message);
	buf_fini(&pieces.log);
	deflate_pool_free(whole.pool);
	return 0;
}
