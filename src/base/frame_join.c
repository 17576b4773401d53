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

static struct frame *
concatenate(const struct frame *first, const struct frame *second)
{
	struct frame *both = frame_new(FRAME_RAW, 0, first->len + second->len);

	if (!both)
		return NULL;
	both->is_shared = true;
	memcpy(both->bytes, first->bytes, first->len);
	memcpy(both->bytes + first->len, second->bytes, second->len);
	return both;
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
	p->both = concatenate(first, second);
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
