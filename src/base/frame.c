/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/frame.h"

#include "base/spare.h"

struct frame *
frame_new(enum frame_kind kind, size_t head, size_t n)
{
	struct frame *f;

	if (n > INT32_MAX)
		return NULL;
	f = spare_take(sizeof(*f) + head + n);
	if (!f)
		return NULL;
	atomic_init(&f->refs, 1);
	f->len = (uint32_t)(head + n);
	f->head = (uint8_t)head;
	f->kind = (uint8_t)kind;
	f->more_follows = f->is_shared = false;
	f->window = 0;
	f->unused = 0;
	atomic_init(&f->deflated, NULL);
	return f;
}

struct frame *
frame_deflated(const struct frame *f, uint8_t window_bits)
{
	do
		f = atomic_load_explicit(&f->deflated, memory_order_acquire);
	while (f && f->window != window_bits);
	return (struct frame *)(uintptr_t)f;
}

/* Two loops may come with the same one: then there are two, and the first is found. */
void
frame_add_deflated(struct frame *f, uint8_t window_bits, struct frame *form)
{
	struct frame *next = NULL;

	form->window = window_bits;
	frame_ref(form);
	while (!atomic_compare_exchange_strong(&f->deflated, &next, form)) {
		f = next;
		next = NULL;
	}
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
	spare_give(f, sizeof(*f) + f->len + f->unused);
}
