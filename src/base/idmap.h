/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Objects by a random id of fixed length that stands at their very beginning, drawn by this
 * server, or a digest: such an id is its own hash, so a look-up takes no hashing. For keys that clients
 * choose there are keymap and map. An empty one holds no memory. One owner, one thread.
 */
#ifndef BASE_IDMAP_H
#define BASE_IDMAP_H

#include "base/places.h"

struct idmap {
	struct places places;
	uint32_t id_len; /* at least 16 */
};

#define IDMAP_INIT(len) ((struct idmap){.id_len = (len)})

void idmap_fini(struct idmap *m);

/* NULL when absent, or when id has another length. */
void *idmap_get(const struct idmap *m, struct str id);

/* Errors: -E_NOMEM, -E_DUPLICATE. */
int idmap_add(struct idmap *m, void *object) MUST_USE;

/* Harmless when it is not there. */
void idmap_remove(struct idmap *m, void *object);

/* Visits every object in no order: for (size_t at = 0; (o = idmap_next(m, &at));). After a
 * removal start again. */
static inline void *
idmap_next(const struct idmap *m, size_t *at)
{
	return places_next(&m->places, at);
}

#endif
