/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/frame.h"

#include <stdlib.h>

struct frame *
frame_new(enum frame_kind kind, size_t head, size_t n)
{
	struct frame *f;

	if (n > INT32_MAX)
		return NULL;
	f = malloc(sizeof(*f) + head + n);
	if (!f)
		return NULL;
	atomic_init(&f->refs, 1);
	f->len = (uint32_t)(head + n);
	f->head = (uint8_t)head;
	f->kind = (uint8_t)kind;
	f->more_follows = f->is_shared = false;
	atomic_init(&f->deflated, NULL);
	return f;
}

struct frame *
frame_ref(struct frame *f)
{
	atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
	return f;
}

void
frame_unref(struct frame *f)
{
	if (!f || atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) != 1)
		return;
	frame_unref(atomic_load_explicit(&f->deflated, memory_order_relaxed));
	free(f);
}
