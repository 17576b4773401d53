/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts that rest with many objects: what clients of one kind send is the same for all of
 * them, so a text that was asked for lately is there once, and counted. Only lately, because
 * a map of those that are nobody else's would take more than it saves. One owner, one thread.
 */
#ifndef BASE_TEXTS_H
#define BASE_TEXTS_H

#include "base/slab.h"

enum { TEXTS_LATELY = 64 };

struct text {
	uint32_t refs, len;
	uint8_t place; /* among those of lately */
	char text[];
};

struct texts {
	struct slab *slab;
	struct text *lately[TEXTS_LATELY]; /* by hash; not counted */
};

void texts_init(struct texts *t, struct slab *slab);

/* NULL when memory is short. Owns: the caller gives it back by texts_put. */
struct text *texts_get(struct texts *t, struct str s) MUST_USE;
void texts_put(struct texts *t, struct text *text); /* NULL is allowed */

static inline struct str
text_str(const struct text *text)
{
	return (struct str){text->text, text->len};
}

#endif
