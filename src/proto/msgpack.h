/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MessagePack, one item at a time: a reader that slices its input, writers that choose the
 * smallest form. Trees are msgpack_json's business. Pure; any thread.
 * Source: the MessagePack specification; notepack.io 3 for what is sent to JavaScript.
 */
#ifndef PROTO_MSGPACK_H
#define PROTO_MSGPACK_H

#include "base/buf.h"

enum msgpack_kind {
	MSGPACK_NIL,
	MSGPACK_BOOL,
	MSGPACK_UINT, /* any integer that is not negative */
	MSGPACK_INT,  /* a negative one */
	MSGPACK_FLOAT,
	MSGPACK_STR,
	MSGPACK_BIN,
	MSGPACK_ARRAY, /* n items follow */
	MSGPACK_MAP,   /* n times a key and a value follow */
	MSGPACK_EXT
};

struct msgpack_item {
	enum msgpack_kind kind;
	int8_t ext_type;
	uint32_t n; /* ARRAY, MAP */
	union {
		bool is_true;
		uint64_t u64;
		int64_t i64;
		double number;
	};
	struct str bytes; /* STR (not checked for UTF-8), BIN, EXT */
};

struct msgpack_reader {
	const char *at, *end;
};

static inline struct msgpack_reader
msgpack_reader(struct str bytes)
{
	return (struct msgpack_reader){bytes.ptr, bytes.ptr + bytes.len};
}

/* The next item. A length or count that the rest of the input cannot hold is an error here,
 * so n can be trusted for loops, not for allocation. Errors: -E_MSGPACK. */
int msgpack_next(struct msgpack_reader *r, struct msgpack_item *out) MUST_USE;

/* Pass over the next item with all that is inside it, without recursion.
 * Errors: -E_MSGPACK. */
int msgpack_skip(struct msgpack_reader *r) MUST_USE;

/* nil, or what older notepacks send for undefined (an ext of type 0 with one byte). */
bool msgpack_is_nil(const struct msgpack_item *item);

/* Append one item. out->failed tells of missing memory. */
void msgpack_write_nil(struct buf *out);
void msgpack_write_bool(struct buf *out, bool is_true);
void msgpack_write_u64(struct buf *out, uint64_t n);
void msgpack_write_i64(struct buf *out, int64_t n);
void msgpack_write_double(struct buf *out, double number);
void msgpack_write_str(struct buf *out, struct str text);
void msgpack_write_bin(struct buf *out, struct str bytes);
/* The head of a container; its n items (pairs) follow. */
void msgpack_write_map(struct buf *out, uint32_t n);

/* For contents whose length is known afterwards: remember out->len, leave one byte, append
 * the contents, then put the head of this kind (STR, ARRAY or MAP) in front of them. */
void msgpack_put_head(struct buf *out, size_t at, enum msgpack_kind kind, uint32_t n);

#endif
