/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/map.h"

#include "base/hash.h"
#include "base/spare.h"

enum { MAP_FIRST_PLACES = 8 };

void
map_fini(struct map *m)
{
	spare_give(m->entries, m->cap * sizeof(*m->entries));
	*m = MAP_INIT;
}

/* The place of key, or the free place where it would go. cap > 0. */
static uint32_t
find_place(const struct map *m, struct str key, uint32_t hash)
{
	uint32_t mask = m->cap - 1, i = hash & mask;

	for (; m->entries[i].value; i = (i + 1) & mask) {
		const struct map_entry *e = &m->entries[i];

		if (e->hash == hash && str_eq((struct str){e->key, e->key_len}, key))
			break;
	}
	return i;
}

void *
map_get(const struct map *m, struct str key)
{
	if (m->n == 0)
		return NULL;
	return m->entries[find_place(m, key, (uint32_t)hash_str(key))].value;
}

static int
resize(struct map *m, uint32_t cap)
{
	struct map_entry *entries = spare_zeros(cap * sizeof(*entries));

	if (!entries)
		return -E_NOMEM;
	for (uint32_t i = 0; i < m->cap; i++) {
		uint32_t to;

		if (!m->entries[i].value)
			continue;
		for (to = m->entries[i].hash & (cap - 1); entries[to].value;)
			to = (to + 1) & (cap - 1);
		entries[to] = m->entries[i];
	}
	spare_give(m->entries, m->cap * sizeof(*m->entries));
	m->entries = entries;
	m->cap = cap;
	return 0;
}

int
map_add(struct map *m, struct str key, void *value)
{
	uint32_t hash = (uint32_t)hash_str(key), at;
	int error;

	if (key.len > UINT32_MAX)
		return -E_TOO_LARGE;
	if (4 * (m->n + 1) > 3 * m->cap) {
		error = resize(m, m->cap ? 2 * m->cap : MAP_FIRST_PLACES);
		if (error)
			return error;
	}
	at = find_place(m, key, hash);
	if (m->entries[at].value)
		return -E_DUPLICATE;
	m->entries[at] = (struct map_entry){key.ptr, (uint32_t)key.len, hash, value};
	m->n++;
	return 0;
}

/* Close the gap at i: move back each follower that may stand there. */
static void
shift_back(struct map *m, uint32_t i)
{
	uint32_t mask = m->cap - 1;

	for (uint32_t j = (i + 1) & mask; m->entries[j].value; j = (j + 1) & mask) {
		uint32_t home = m->entries[j].hash & mask;

		if (((j - home) & mask) < ((j - i) & mask))
			continue;
		m->entries[i] = m->entries[j];
		i = j;
	}
	m->entries[i].value = NULL;
}

void *
map_remove(struct map *m, struct str key)
{
	uint32_t at;
	void *value;

	if (m->n == 0)
		return NULL;
	at = find_place(m, key, (uint32_t)hash_str(key));
	value = m->entries[at].value;
	if (!value)
		return NULL;
	shift_back(m, at);
	m->n--;
	if (m->n == 0)
		map_fini(m);
	else if (m->cap > 64 && m->n * 8 < m->cap)
		(void)resize(m, m->cap / 2); /* without memory it stays large */
	return value;
}

void *
map_next(const struct map *m, size_t *at)
{
	while (*at < m->cap) {
		void *value = m->entries[(*at)++].value;

		if (value)
			return value;
	}
	return NULL;
}
