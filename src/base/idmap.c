/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/idmap.h"

void
idmap_fini(struct idmap *m)
{
	places_fini(&m->places);
}

/* The last eight characters: what says where an object lives stands at the other end. */
static uint32_t
hash(const void *map, const void *id)
{
	const struct idmap *m = map;
	uint64_t tail;

	memcpy(&tail, (const char *)id + m->id_len - sizeof(tail), sizeof(tail));
	return (uint32_t)(tail * 0x9e3779b97f4a7c15 >> 32);
}

/* The place of the object with this id, or the free one where it would go. cap > 0. */
static uint32_t
find_place(const struct idmap *m, const void *id)
{
	const struct places *p = &m->places;
	uint32_t i = places_first(p, hash(m, id));

	while (p->at[i] && memcmp(p->at[i], id, m->id_len) != 0)
		i = places_after(p, i);
	return i;
}

void *
idmap_get(const struct idmap *m, struct str id)
{
	return m->places.n && id.len == m->id_len ? m->places.at[find_place(m, id.ptr)]
						  : NULL;
}

int
idmap_add(struct idmap *m, void *object)
{
	uint32_t at;
	int error = places_reserve(&m->places, hash, m);

	if (error)
		return error;
	at = find_place(m, object);
	if (m->places.at[at])
		return -E_DUPLICATE;
	m->places.at[at] = object;
	m->places.n++;
	return 0;
}

void
idmap_remove(struct idmap *m, void *object)
{
	uint32_t at = m->places.n ? find_place(m, object) : 0;

	if (m->places.n && m->places.at[at] == object)
		places_remove(&m->places, at, hash, m);
}
