/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/texts.h"

#include "base/hash.h"

static size_t
size_of(size_t len)
{
	return offsetof(struct text, text) + len;
}

void
texts_init(struct texts *t, struct slab *slab)
{
	*t = (struct texts){.slab = slab};
}

struct text *
texts_get(struct texts *t, struct str s)
{
	uint8_t place = hash_str(s) % TEXTS_LATELY;
	struct text *text = t->lately[place];

	if (text && str_eq(text_str(text), s)) {
		text->refs++;
		return text;
	}
	text = slab_new(t->slab, size_of(s.len));
	if (!text)
		return NULL;
	text->refs = 1;
	text->len = (uint32_t)s.len;
	text->place = place;
	memcpy(text->text, s.ptr, s.len);
	t->lately[place] = text;
	return text;
}

void
texts_put(struct texts *t, struct text *text)
{
	if (!text || --text->refs)
		return;
	if (t->lately[text->place] == text)
		t->lately[text->place] = NULL;
	slab_free(t->slab, text, size_of(text->len));
}
