/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/idmap.h"

#include "base/spare.h"

enum { FIRST_PLACES = 8 };

void
idmap_fini(struct idmap *m)
{
	spare_give(m->places, m->cap * sizeof(void *));
	*m = IDMAP_INIT(m->id_len);
}

/* The last eight characters: what says where an object lives stands at the other end. */
static uint32_t
hash(const struct idmap *m, const void *id)
{
	uint64_t tail;

	memcpy(&tail, (const char *)id + m->id_len - sizeof(tail), sizeof(tail));
	return (uint32_t)(tail * 0x9e3779b97f4a7c15 >> 32);
}

/* The place of the object with this id, or the free one where it would go. cap > 0. */
static uint32_t
find_place(const struct idmap *m, const void *id)
{
	uint32_t mask = m->cap - 1, i = hash(m, id) & mask;

	while (m->places[i] && memcmp(m->places[i], id, m->id_len) != 0)
		i = (i + 1) & mask;
	return i;
}

void *
idmap_get(const struct idmap *m, struct str id)
{
	return m->n && id.len == m->id_len ? m->places[find_place(m, id.ptr)] : NULL;
}

static int
resize(struct idmap *m, uint32_t cap)
{
	struct idmap larger = {spare_zeros(cap * sizeof(void *)), m->n, cap, m->id_len};

	if (!larger.places)
		return -E_NOMEM;
	for (uint32_t i = 0; i < m->cap; i++)
		if (m->places[i])
			larger.places[find_place(&larger, m->places[i])] = m->places[i];
	spare_give(m->places, m->cap * sizeof(void *));
	*m = larger;
	return 0;
}

int
idmap_add(struct idmap *m, void *object)
{
	uint32_t at;

	if (4 * (m->n + 1) > 3 * m->cap) {
		int error = resize(m, m->cap ? 2 * m->cap : FIRST_PLACES);

		if (error)
			return error;
	}
	at = find_place(m, object);
	if (m->places[at])
		return -E_DUPLICATE;
	m->places[at] = object;
	m->n++;
	return 0;
}

/* Close the gap at i: move back each follower that may stand there. */
static void
shift_back(struct idmap *m, uint32_t i)
{
	uint32_t mask = m->cap - 1;

	for (uint32_t j = (i + 1) & mask; m->places[j]; j = (j + 1) & mask) {
		uint32_t home = hash(m, m->places[j]) & mask;

		if (((j - home) & mask) < ((j - i) & mask))
			continue;
		m->places[i] = m->places[j];
		i = j;
	}
	m->places[i] = NULL;
}

void
idmap_remove(struct idmap *m, void *object)
{
	uint32_t at = m->n ? find_place(m, object) : 0;

	if (!m->n || m->places[at] != object)
		return;
	shift_back(m, at);
	if (--m->n == 0)
		idmap_fini(m);
	else if (m->cap > 64 && m->n * 8 < m->cap)
		(void)resize(m, m->cap / 2); /* without memory it stays large */
}

void *
idmap_next(const struct idmap *m, size_t *at)
{
	while (*at < m->cap) {
		void *object = m->places[(*at)++];

		if (object)
			return object;
	}
	return NULL;
}
