/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames that follow each other on many connections, made one: whoever comes first pays for the
 * copy, the others take it. So broadcasts that meet in one turn leave each connection as one
 * run of bytes. A handful of pairs is remembered until the turn is over. One owner, one thread.
 */
#ifndef BASE_FRAME_JOIN_H
#define BASE_FRAME_JOIN_H

#include "base/frame.h"

enum {
	FRAME_JOIN_PAIRS = 16,
	FRAME_JOIN_BYTES_MAX = 4096,
	FRAME_JOIN_ALL_BYTES_MAX = 65536
};

struct frame_joins {
	struct frame_pair {
		struct frame *first, *second, *both; /* references; NULL: none */
	} pairs[FRAME_JOIN_PAIRS];
	bool is_any;
};

/* The bytes of first, then those of second, as one shared frame. NULL when they are not both
 * shared, when it became too long, or when memory is short: then they stay two. Owns: joins
 * keeps a reference to it, the caller gets none. */
struct frame *frame_join(struct frame_joins *joins, struct frame *first,
			 struct frame *second);

/* The bytes of n frames, as they follow each other, as one shared frame. NULL when it became too
 * long, or when memory is short. Owns: the caller gets a reference. */
struct frame *frame_join_all(struct frame *const frames[], size_t n) MUST_USE;

/* Forget all pairs. */
void frame_joins_clear(struct frame_joins *joins);

#endif
