/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of pointers inside idmap and keymap: open addressing, linear probing, no
 * tombstones. A place costs eight bytes, because the key stands in the object alone. An empty
 * table holds no memory. One owner, one thread.
 */
#ifndef BASE_PLACES_H
#define BASE_PLACES_H

#include "base/errors.h"
#include "base/str.h"

/* How its map hashes an object; map is what was given to the function that asks. */
typedef uint32_t places_hash_fn(const void *map, const void *object);

struct places {
	void **at; /* NULL: free */
	uint32_t n, cap;
};

void places_fini(struct places *p);

/* Room for one more object. Errors: -E_NOMEM. */
int places_reserve(struct places *p, places_hash_fn *hash, const void *map) MUST_USE;

/* Where to look for an object of this hash first, and after place i. cap > 0. */
static inline uint32_t
places_first(const struct places *p, uint32_t hash)
{
	return hash & (p->cap - 1);
}

static inline uint32_t
places_after(const struct places *p, uint32_t i)
{
	return (i + 1) & (p->cap - 1);
}

/* The object at place i is no more: those behind it close the gap. */
void places_remove(struct places *p, uint32_t i, places_hash_fn *hash, const void *map);

/* Visits every object in no order: for (size_t at = 0; (o = places_next(p, &at));). After a
 * removal start again. */
void *places_next(const struct places *p, size_t *at);

#endif
