/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory for what a message needs on its way: frames, buffers, calls, letters, arenas. A loop
 * keeps the blocks that one message gave back for the next one, so that messages ask malloc for
 * nothing once their loop is warm. Blocks are malloc's, in 73 sizes, and belong to no loop: one
 * taken here may be given back on another loop, which keeps it for itself, or on a thread that
 * keeps none. What a loop keeps is bounded by SPARES_BYTES_MAX, and what nobody took between two
 * trims goes back to malloc: a burst leaves nothing behind. With an address sanitizer nothing is
 * kept, so that it sees each object. What rests for long is in base/slab.h.
 * Blocks: any thread. A struct spares: one.
 */
#ifndef BASE_SPARE_H
#define BASE_SPARE_H

#include "base/str.h"

enum {
	SPARE_BYTES_MIN = 32,
	SPARE_BYTES_MAX = 16384, /* what is larger is malloc's: its own pages, mostly */
	SPARE_CLASSES = 73,      /* eight to each doubling: an eighth is lost at most */
	/* 100 connections with 16 requests in flight each take a third of it in one turn */
	SPARES_BYTES_MAX = 1 << 20,
	/* so many of each size up to so many bytes stay: a heartbeat a minute takes them */
	SPARES_AT_REST = 2,
	SPARES_AT_REST_BYTES_MAX = 512
};

struct spare;

struct spares {
	struct spare_list {
		struct spare *first;
		uint32_t n, least_n; /* the fewest since the last trim */
	} lists[SPARE_CLASSES];
	size_t bytes;
	bool is_touched; /* a block was kept since somebody looked */
};

/* n bytes of undefined contents; NULL when memory is short. Owns: the caller gives it back by
 * spare_give with the same n. */
void *spare_take(size_t n) MUST_USE;
/* The same, zeros. */
void *spare_zeros(size_t n) MUST_USE;
/* memory may be NULL. */
void spare_give(void *memory, size_t n);

/* How many bytes there really are in a block of n: it may be taken and given back as that. */
size_t spare_size(size_t n);
/* Another block of more_n bytes with the first used_n ones, instead of memory, which is of n
 * and may be NULL. NULL when memory is short: then it is as it was. */
void *spare_resize(void *memory, size_t n, size_t used_n, size_t more_n) MUST_USE;

/* What this thread keeps its blocks in from now on; NULL: it keeps none. */
void spares_use(struct spares *s);
/* Give back what nobody took since the last time. Returns whether there will be more to give
 * back the next time, if nobody takes it. */
bool spares_trim(struct spares *s);
/* Give everything back. */
void spares_fini(struct spares *s);

#endif
