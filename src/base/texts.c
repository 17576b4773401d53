/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/texts.h"

static size_t
size_of(size_t len)
{
	return key_size(offsetof(struct text, key), len);
}

void
texts_init(struct texts *t, struct slab *slab)
{
	*t = (struct texts){slab, KEYMAP_INIT(struct text, key)};
}

struct text *
texts_get(struct texts *t, struct str s)
{
	struct text *text = keymap_get(&t->all, s);

	if (text) {
		text->refs++;
		return text;
	}
	text = slab_new(t->slab, size_of(s.len));
	if (!text)
		return NULL;
	text->refs = 1;
	key_set(&text->key, s);
	if (keymap_add(&t->all, text) == 0)
		return text;
	slab_free(t->slab, text, size_of(s.len));
	return NULL;
}

void
texts_put(struct texts *t, struct text *text)
{
	if (!text || --text->refs)
		return;
	keymap_remove(&t->all, text);
	slab_free(t->slab, text, size_of(text->key.len));
}
