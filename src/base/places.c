/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/places.h"

#include "base/spare.h"

enum { FIRST_PLACES = 8 };

void
places_fini(struct places *p)
{
	spare_give(p->at, p->cap * sizeof(void *));
	*p = (struct places){.n = 0};
}

static int
resize(struct places *p, uint32_t cap, places_hash_fn *hash, const void *map)
{
	struct places larger = {spare_zeros(cap * sizeof(void *)), p->n, cap};

	if (!larger.at)
		return -E_NOMEM;
	for (uint32_t i = 0; i < p->cap; i++) {
		uint32_t to;

		if (!p->at[i])
			continue;
		to = places_first(&larger, hash(map, p->at[i]));
		while (larger.at[to])
			to = places_after(&larger, to);
		larger.at[to] = p->at[i];
	}
	spare_give(p->at, p->cap * sizeof(void *));
	*p = larger;
	return 0;
}

int
places_reserve(struct places *p, places_hash_fn *hash, const void *map)
{
	if (4 * (p->n + 1) <= 3 * p->cap)
		return 0;
	return resize(p, p->cap ? 2 * p->cap : FIRST_PLACES, hash, map);
}

/* Move back each follower that may stand in the gap at i. */
static void
shift_back(struct places *p, uint32_t i, places_hash_fn *hash, const void *map)
{
	uint32_t mask = p->cap - 1;

	for (uint32_t j = places_after(p, i); p->at[j]; j = places_after(p, j)) {
		uint32_t home = places_first(p, hash(map, p->at[j]));

		if (((j - home) & mask) < ((j - i) & mask))
			continue;
		p->at[i] = p->at[j];
		i = j;
	}
	p->at[i] = NULL;
}

void
places_remove(struct places *p, uint32_t i, places_hash_fn *hash, const void *map)
{
	shift_back(p, i, hash, map);
	if (--p->n == 0)
		places_fini(p);
	else if (p->cap > 64 && p->n * 8 < p->cap)
		/* without memory it stays large */
		(void)resize(p, p->cap / 2, hash, map);
}

void *
places_next(const struct places *p, size_t *at)
{
	while (*at < p->cap) {
		void *object = p->at[(*at)++];

		if (object)
			return object;
	}
	return NULL;
}
