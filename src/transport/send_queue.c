/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/send_queue.h"

#include "base/errors.h"
#include "base/spare.h"

enum { RING_FIRST = 4 };

/* The i-th of the ring, or the one frame that needs none. */
static inline struct frame *
at(const struct send_queue *q, uint32_t i)
{
	return q->cap ? q->ring[(q->head + i) & (q->cap - 1)] : q->only;
}

static inline struct frame **
place(struct send_queue *q, uint32_t i)
{
	return q->cap ? &q->ring[(q->head + i) & (q->cap - 1)] : &q->only;
}

/* It is empty: no memory then. */
static inline void
reset(struct send_queue *q)
{
	if (q->cap)
		spare_give(q->ring, q->cap * sizeof(*q->ring));
	*q = (struct send_queue){0};
}

void
send_queue_fini(struct send_queue *q)
{
	for (uint32_t i = 0; i < q->n; i++)
		frame_unref(at(q, i));
	reset(q);
}

static int
grow(struct send_queue *q)
{
	uint32_t cap = q->cap ? 2 * q->cap : RING_FIRST;
	struct frame **ring = spare_take(cap * sizeof(*ring));

	if (!ring)
		return -E_NOMEM;
	for (uint32_t i = 0; i < q->n; i++)
		ring[i] = at(q, i);
	if (q->cap)
		spare_give(q->ring, q->cap * sizeof(*q->ring));
	q->ring = ring;
	q->cap = cap;
	q->head = 0;
	return 0;
}

int
send_queue_push(struct send_queue *q, struct frame *f)
{
	if (q->n && q->n >= q->cap) {
		int error = grow(q);

		if (error)
			return error;
	}
	*place(q, q->n++) = frame_ref(f);
	q->bytes += f->len;
	return 0;
}

bool
send_queue_join(struct send_queue *q, struct frame *f, struct frame_joins *joins)
{
	struct frame **last, *both;

	if (q->n == 0 || (q->n == 1 && q->sent))
		return false;
	last = place(q, q->n - 1);
	both = frame_join(joins, *last, f);
	if (!both)
		return false;
	frame_unref(*last);
	*last = frame_ref(both);
	q->bytes += f->len;
	return true;
}

struct frame *
send_queue_pop(struct send_queue *q)
{
	struct frame *f;

	if (q->n == 0)
		return NULL;
	f = at(q, 0);
	q->bytes -= f->len - q->sent;
	q->sent = 0;
	q->head++;
	if (--q->n == 0)
		reset(q);
	return f;
}

void
send_queue_cut(struct send_queue *q, uint32_t n)
{
	while (q->n > n) {
		struct frame *f = *place(q, q->n - 1);

		q->bytes -= f->len - (q->n == 1 ? q->sent : 0);
		frame_unref(f);
		if (--q->n == 0)
			reset(q);
	}
}

struct frame *
send_queue_at(const struct send_queue *q, uint32_t i)
{
	return at(q, i);
}

int
send_queue_parts(const struct send_queue *q, struct iovec *parts, int parts_n)
{
	int n = 0;

	for (; n < parts_n && (uint32_t)n < q->n; n++) {
		struct frame *f = at(q, (uint32_t)n);
		size_t skip = n == 0 ? q->sent : 0;

		parts[n] = (struct iovec){f->bytes + skip, f->len - skip};
	}
	return n;
}

void
send_queue_advance(struct send_queue *q, size_t n)
{
	/* a frame without bytes is written as soon as it is the first */
	while (q->n) {
		size_t left = at(q, 0)->len - q->sent;

		if (n < left) {
			q->sent += (uint32_t)n;
			q->bytes -= n;
			return;
		}
		n -= left;
		frame_unref(send_queue_pop(q));
	}
}
