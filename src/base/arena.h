/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bump allocator for what lives as long as one request or one message: many small
 * allocations, one release. One owner, one thread.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;
	size_t used_bytes, left_bytes;
};

#define ARENA_INIT ((struct arena){0})

/* Aligned for any type, not zeroed. NULL when memory is short. */
void *arena_alloc(struct arena *a, size_t n);

/* Zero-terminated copy; .ptr is NULL when memory is short. */
struct str arena_copy(struct arena *a, struct str s);

/* Forget all allocations; keeps the first chunk for the next round. */
void arena_reset(struct arena *a);

/* Give all memory back. */
void arena_fini(struct arena *a);

#endif
