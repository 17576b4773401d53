/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hash map from text to pointer. Keys are borrowed: they must live inside (or as long as)
 * the value they lead to. Open addressing, linear probing, no tombstones.
 * One owner, one thread; empty maps hold no memory.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/errors.h"
#include "base/str.h"

struct map_entry {
	const char *key;
	uint32_t key_len, hash;
	void *value; /* NULL: free place */
};

struct map {
	struct map_entry *entries;
	uint32_t n, cap;
};

#define MAP_INIT ((struct map){0})

/* Forget the entries; keys and values stay the caller's. */
void map_fini(struct map *m);

/* NULL when absent. */
void *map_get(const struct map *m, struct str key);

/* Errors: -E_NOMEM, -E_DUPLICATE when the key is there (nothing changes). value is not NULL. */
int map_add(struct map *m, struct str key, void *value) MUST_USE;

/* The removed value, NULL when absent. */
void *map_remove(struct map *m, struct str key);

/* Visits every value in no order: for (size_t at = 0; (v = map_next(m, &at));). After a removal
 * start again. */
void *map_next(const struct map *m, size_t *at);

#endif
