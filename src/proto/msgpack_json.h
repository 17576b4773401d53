/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msgpack ⇄ JSON text. Bytes, which JSON lacks, stand aside as a list of attachments; in the
 * text they are Socket.IO's placeholders, {"_placeholder":true,"num":N}. So all the rest of
 * the server knows JSON only. Pure; any thread.
 * Source: MessagePack; notepack.io 2 and 3 as Node peers use them; Socket.IO 5 for placeholders.
 */
#ifndef PROTO_MSGPACK_JSON_H
#define PROTO_MSGPACK_JSON_H

#include "proto/json.h"
#include "proto/msgpack.h"

struct msgpack_limits {
	struct json_limits json;
	size_t json_bytes; /* of the text that is made: -E_TOO_LARGE */
};

/* Attachments in the order of their placeholders. The array is the caller's and its size is
 * the limit: -E_PACKETS. */
struct msgpack_bins {
	struct str *items; /* slices of the msgpack input */
	uint32_t n, max;
	bool has_lookalike; /* a map that JSON readers would take for a placeholder came by */
};

/* Append the next item as JSON without blanks, and what bytes it has to bins.
 * Integers keep all their digits; floats get the shortest text that reads back the same, NaN
 * and infinities are null; timestamps (ext -1, and notepack 2's ext 0 of eight bytes) are
 * what Date.toJSON gives; undefined (ext 0 of one byte) is null; ext 0 of other sizes is
 * bytes; any other ext is [type, bytes] as notepack decodes it. Keys are strings or integers.
 * Errors: -E_MSGPACK (also for a lookalike of a placeholder beside true ones), -E_UTF8,
 * -E_JSON_DEPTH, -E_JSON_COUNT, -E_PACKETS, -E_TOO_LARGE, -E_NOMEM. */
int msgpack_to_json(struct msgpack_reader *r, const struct msgpack_limits *limits,
		    struct buf *out, struct msgpack_bins *bins) MUST_USE;

/* Append a validated JSON value in notepack's smallest forms. With bins_n above 0 the objects
 * whose _placeholder is true become bins[num], otherwise they are maps like others. Lone
 * surrogates become U+FFFD, numbers that a double cannot hold nil.
 * Errors: -E_PACKET for a placeholder whose num is none of 0 … bins_n-1, -E_NOMEM. */
int msgpack_from_json(struct buf *out, struct str json, const struct str *bins,
		      uint32_t bins_n) MUST_USE;

#endif
