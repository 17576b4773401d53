/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/frame_join.h"

static void
forget(struct frame_pair *p)
{
	frame_unref(p->first);
	frame_unref(p->second);
	frame_unref(p->both);
	*p = (struct frame_pair){NULL, NULL, NULL};
}

struct frame *
frame_join_all(struct frame *const frames[], size_t n)
{
	struct frame *all;
	size_t len = 0;
	char *at;

	for (size_t i = 0; i < n; i++)
		len += frames[i]->len;
	all = len <= FRAME_JOIN_ALL_BYTES_MAX ? frame_new(FRAME_RAW, 0, len) : NULL;
	if (!all)
		return NULL;
	all->is_shared = true;
	at = all->bytes;
	for (size_t i = 0; i < n; i++)
		(void)str_put(&at, (struct str){frames[i]->bytes, frames[i]->len});
	return all;
}

struct frame *
frame_join(struct frame_joins *joins, struct frame *first, struct frame *second)
{
	/* malloc's addresses differ in the bits above the fourth */
	size_t at = ((uintptr_t)first >> 4 ^ (uintptr_t)first >> 9) % FRAME_JOIN_PAIRS;
	struct frame_pair *p = &joins->pairs[at];

	if (p->first == first && p->second == second)
		return p->both;
	if (!first->is_shared || !second->is_shared ||
	    first->len + second->len > FRAME_JOIN_BYTES_MAX)
		return NULL;
	forget(p);
	p->both = frame_join_all((struct frame *const[]){first, second}, 2);
	if (!p->both)
		return NULL;
	p->first = frame_ref(first);
	p->second = frame_ref(second);
	joins->is_any = true;
	return p->both;
}

void
frame_joins_clear(struct frame_joins *joins)
{
	if (!joins->is_any)
		return;
	for (size_t i = 0; i < FRAME_JOIN_PAIRS; i++)
		forget(&joins->pairs[i]);
	joins->is_any = false;
}
