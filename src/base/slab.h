/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory for the many small objects that rest on a loop: cells of one size stand side by side
 * in blocks of 64 KiB, without a header and rounded to 8 bytes only; malloc takes 8 to 24 bytes
 * more for each. A block whose cells are all free goes back to the system, unless it is the last
 * with a free cell of that size: coming and going must not cost system calls. What is above
 * SLAB_CELL_BYTES_MAX comes from malloc. With an address sanitizer everything does, so that it
 * sees each object. One owner, one thread.
 */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include "base/list.h"
#include "base/str.h"

enum {
	SLAB_BLOCK_BYTES = 65536,
	SLAB_CELL_BYTES_MAX = 512,
	SLAB_CLASSES = SLAB_CELL_BYTES_MAX / 8
};

struct slab {
	struct list blocks[SLAB_CLASSES]; /* those with a free cell */
	size_t used_bytes;                /* in cells that are taken */
	size_t block_bytes; /* of all blocks, their untouched pages included */
};

void slab_init(struct slab *s);
/* Everything was given back. */
void slab_fini(struct slab *s);

/* n bytes of zeros; NULL when memory is short. Owns: the caller gives it back by slab_free. */
void *slab_new(struct slab *s, size_t n) MUST_USE;
/* The same bytes in a place for more of them, undefined behind the first n; memory may be NULL.
 * NULL when memory is short: then it is as it was. */
void *slab_resize(struct slab *s, void *memory, size_t n, size_t more_n) MUST_USE;
/* n as it was asked for; memory may be NULL. */
void slab_free(struct slab *s, void *memory, size_t n);

#endif
