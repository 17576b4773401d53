/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Objects by a text that clients choose, for the many that rest: each ends with its key, so a
 * place in the map costs eight bytes; one of map costs 24. All objects of a map have their key
 * at the same offset. An empty one holds no memory. One owner, one thread.
 */
#ifndef BASE_KEYMAP_H
#define BASE_KEYMAP_H

#include "base/places.h"

/* The last member of an object. */
struct key {
	uint32_t hash, len;
	char text[];
};

struct keymap {
	struct places places;
	uint32_t key_at; /* offset of struct key in an object */
};

#define KEYMAP_INIT(type, member) ((struct keymap){.key_at = offsetof(type, member)})

static inline struct str
key_str(const struct key *k)
{
	return (struct str){k->text, k->len};
}

/* Bytes of an object whose struct key is at offset at: with a key of n bytes. */
static inline size_t
key_size(size_t at, size_t n)
{
	return at + offsetof(struct key, text) + n;
}

/* There is room for text, which has less than 4 GiB. */
void key_set(struct key *k, struct str text);

void keymap_fini(struct keymap *m);

/* NULL when absent. */
void *keymap_get(const struct keymap *m, struct str key);

/* Errors: -E_NOMEM, -E_DUPLICATE when the key is there (nothing changes). */
int keymap_add(struct keymap *m, void *object) MUST_USE;

/* Harmless when it is not there. */
void keymap_remove(struct keymap *m, void *object);

/* Visits every object in no order: for (size_t at = 0; (o = keymap_next(m, &at));). After a
 * removal start again. */
static inline void *
keymap_next(const struct keymap *m, size_t *at)
{
	return places_next(&m->places, at);
}

#endif
