/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts that rest with many objects: what clients of one kind send is the same for all of
 * them, so each text is there once, and counted. One that is nobody else's costs some twenty
 * bytes more than on its own. An empty pool holds no memory. One owner, one thread.
 */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

#include "base/keymap.h"
#include "base/slab.h"

struct text {
	uint32_t refs;
	struct key key;
};

struct texts {
	struct slab *slab;
	struct keymap all;
};

void texts_init(struct texts *t, struct slab *slab);

/* NULL when memory is short. Owns: the caller gives it back by texts_put. */
struct text *texts_get(struct texts *t, struct str s) MUST_USE;
void texts_put(struct texts *t, struct text *text); /* NULL is allowed */

static inline struct str
text_str(const struct text *text)
{
	return key_str(&text->key);
}

#endif
