/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same bytes as offers, as compressed data, and as a message to and fro; the contexts are
 * shared, so that what one input leaves behind would harm the next use. */
#include "target.h"

#include "base/errors.h"
#include "proto/deflate.h"

#include <stdio.h>
#include <stdlib.h>

enum { BYTES_MAX = 1 << 16 };

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void
negotiate(struct str offers)
{
	struct ws_deflate agreed, again;
	struct buf answer = BUF_INIT, answer_again = BUF_INIT;

	ws_deflate_negotiate(offers, &agreed, &answer);
	require(agreed.on == (answer.len > 0), "an answer without agreement");
	if (agreed.on) {
		require(agreed.server_bits >= 8 && agreed.server_bits <= 15,
			"server bits");
		require(agreed.client_bits >= 9 && agreed.client_bits <= 15,
			"client bits");
		ws_deflate_negotiate(buf_str(&answer), &again, &answer_again);
		require(str_eq(buf_str(&answer), buf_str(&answer_again)),
			"the answer is no offer");
	}
	buf_fini(&answer);
	buf_fini(&answer_again);
}

/* The least window to inflate with what was deflated with this one. */
static int
inflating(int bits)
{
	return bits < 9 ? 9 : bits;
}

/* The limit is exact: what inflates to n bytes fits in n and not in n - 1. */
static void
inflate_twice(struct deflate_pool *pool, int bits, struct str bytes)
{
	struct buf out = BUF_INIT, again = BUF_INIT;
	int error = inflate_message(pool, bits, bytes, BYTES_MAX, &out);

	require(out.len <= BYTES_MAX, "inflated too far");
	require(!error || out.len == 0, "a trace of a refused message");
	if (!error) {
		require(inflate_message(pool, bits, bytes, out.len, &again) == 0,
			"limit of n");
		require(str_eq(buf_str(&out), buf_str(&again)), "inflated otherwise");
		if (out.len)
			require(inflate_message(pool, bits, bytes, out.len - 1, &again) ==
					-E_TOO_LARGE,
				"limit of n - 1");
	}
	buf_fini(&out);
	buf_fini(&again);
}

static void
round_trip(struct deflate_pool *pool, int bits, struct str bytes)
{
	struct buf compressed = BUF_INIT, plain = BUF_INIT;

	require(deflate_message(pool, bits, bytes, &compressed) == 0, "deflate");
	require(inflate_message(pool, inflating(bits), buf_str(&compressed), bytes.len,
				&plain) == 0,
		"inflate what was deflated");
	require(str_eq(buf_str(&plain), bytes), "other bytes");
	buf_fini(&compressed);
	buf_fini(&plain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = {(const char *)data, size};
	struct deflate_pool *pool = deflate_pool_new();
	int bits = size ? 8 + data[0] % 8 : 15;

	if (!pool)
		return 0;
	negotiate(bytes);
	inflate_twice(pool, inflating(bits), bytes);
	round_trip(pool, bits, bytes);
	inflate_twice(pool, inflating(bits), bytes);
	deflate_pool_free(pool);
	return 0;
}
