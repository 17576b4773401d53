/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Objects by an id of fixed length that stands at their very beginning, drawn or counted by
 * this server: such an id is its own hash, so a place costs eight bytes and a look-up no hashing.
 * For keys that clients choose there is map. Open addressing, no tombstones; an empty one holds
 * no memory. One owner, one thread.
 */
#ifndef BASE_IDMAP_H
#define BASE_IDMAP_H

#include "base/errors.h"
#include "base/str.h"

struct idmap {
	void **places; /* NULL: free */
	uint32_t n, cap;
	uint32_t id_len; /* at least 8 */
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
void *idmap_next(const struct idmap *m, size_t *at);

#endif
