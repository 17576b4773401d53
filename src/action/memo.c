/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/memo.h"

#include <stdlib.h>

struct item {
	struct list age;
	uint64_t until_ms, owner;
	enum tg_verdict verdict;
	size_t key_len;
	char key[];
};

void
memo_init(struct memo *m)
{
	m->items = MAP_INIT;
	list_init(&m->grants);
	list_init(&m->refusals);
}

static void
drop(struct memo *m, struct item *i)
{
	list_remove(&i->age);
	map_remove(&m->items, (struct str){i->key, i->key_len});
	free(i);
}

static struct item *
oldest(struct memo *m)
{
	struct list *from = list_is_empty(&m->refusals) ? &m->grants : &m->refusals;

	return CONTAINER_OF(from->next, struct item, age);
}

void
memo_fini(struct memo *m)
{
	while (m->items.n)
		drop(m, oldest(m));
	map_fini(&m->items);
}

static struct list *
place_of(struct memo *m, const struct item *i)
{
	return i->verdict == TG_ALLOW ? &m->grants : &m->refusals;
}

bool
memo_find(struct memo *m, struct str key, uint64_t now_ms, enum tg_verdict *verdict_out)
{
	struct item *i = map_get(&m->items, key);

	if (i && i->until_ms <= now_ms) {
		drop(m, i);
		i = NULL;
	}
	if (!i)
		return false;
	list_remove(&i->age);
	list_add_tail(place_of(m, i), &i->age);
	*verdict_out = i->verdict;
	return true;
}

void
memo_keep(struct memo *m, struct str key, uint64_t owner, enum tg_verdict verdict,
	  uint64_t until_ms, size_t most_n)
{
	struct item *i = map_get(&m->items, key);

	if (i)
		drop(m, i);
	while (m->items.n && m->items.n >= most_n)
		drop(m, oldest(m));
	i = most_n ? malloc(sizeof(*i) + key.len) : NULL;
	if (!i)
		return;
	i->until_ms = until_ms;
	i->owner = owner;
	i->verdict = verdict;
	i->key_len = key.len;
	memcpy(i->key, key.ptr, key.len);
	if (map_add(&m->items, (struct str){i->key, i->key_len}, i)) {
		free(i);
		return;
	}
	list_add_tail(place_of(m, i), &i->age);
}

/* Who was not used for the longest time is looked at: one behind him that is too old is first
 * himself before long, since nobody uses it any more. */
uint64_t
memo_trim(struct memo *m, uint64_t now_ms)
{
	struct list *lists[] = {&m->grants, &m->refusals};
	uint64_t next_ms = UINT64_MAX;

	for (size_t n = 0; n < 2; n++)
		while (!list_is_empty(lists[n])) {
			struct item *i = CONTAINER_OF(lists[n]->next, struct item, age);

			if (i->until_ms > now_ms) {
				if (i->until_ms < next_ms)
					next_ms = i->until_ms;
				break;
			}
			drop(m, i);
		}
	return next_ms;
}

void
memo_forget(struct memo *m, uint64_t owner)
{
	struct list *lists[] = {&m->grants, &m->refusals};

	for (size_t n = 0; n < 2; n++)
		LIST_EACH (link, lists[n]) {
			struct item *i = CONTAINER_OF(link, struct item, age);

			if (i->owner == owner)
				drop(m, i);
		}
}

size_t
memo_n(const struct memo *m)
{
	return m->items.n;
}
