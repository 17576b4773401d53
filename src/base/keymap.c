/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/keymap.h"

#include "base/hash.h"

static const struct key *
key_of(const struct keymap *m, const void *object)
{
	return (const void *)((const char *)object + m->key_at);
}

static uint32_t
hash(const void *map, const void *object)
{
	return key_of(map, object)->hash;
}

void
key_set(struct key *k, struct str text)
{
	k->hash = (uint32_t)hash_str(text);
	k->len = (uint32_t)text.len;
	memcpy(k->text, text.ptr, text.len);
}

void
keymap_fini(struct keymap *m)
{
	places_fini(&m->places);
}

/* The place of the object with this key, or the free one where it would go. cap > 0. */
static uint32_t
find_place(const struct keymap *m, struct str text, uint32_t text_hash)
{
	const struct places *p = &m->places;
	uint32_t i = places_first(p, text_hash);

	for (; p->at[i]; i = places_after(p, i)) {
		const struct key *k = key_of(m, p->at[i]);

		if (k->hash == text_hash && str_eq(key_str(k), text))
			break;
	}
	return i;
}

void *
keymap_get(const struct keymap *m, struct str key)
{
	if (m->places.n == 0)
		return NULL;
	return m->places.at[find_place(m, key, (uint32_t)hash_str(key))];
}

int
keymap_add(struct keymap *m, void *object)
{
	const struct key *k = key_of(m, object);
	uint32_t at;
	int error = places_reserve(&m->places, hash, m);

	if (error)
		return error;
	at = find_place(m, key_str(k), k->hash);
	if (m->places.at[at])
		return -E_DUPLICATE;
	m->places.at[at] = object;
	m->places.n++;
	return 0;
}

void
keymap_remove(struct keymap *m, void *object)
{
	const struct key *k = key_of(m, object);
	uint32_t at;

	if (m->places.n == 0)
		return;
	at = find_place(m, key_str(k), k->hash);
	if (m->places.at[at] == object)
		places_remove(&m->places, at, hash, m);
}
