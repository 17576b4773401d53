/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames waiting for one socket or one poll: a ring of references that holds memory only while
 * something waits, and none for a single frame, which is what mostly waits. One owner, one
 * thread.
 */
#ifndef TRANSPORT_SEND_QUEUE_H
#define TRANSPORT_SEND_QUEUE_H

#include "base/frame_join.h"

#include <sys/uio.h>

/* What an item takes beside its bytes: the frame's head as the allocator rounds it, and its
 * place in the ring, of which half may be free. Clients that never read a word of many small
 * messages are measured by it; a large message may lie in an eighth more (base/spare.h). */
enum { SEND_QUEUE_ITEM_BYTES = 64 };

struct send_queue {
	union {
		struct frame *only; /* without a ring, which is when cap is 0 */
		struct frame **ring;
	};
	uint32_t head, n, cap;
	uint32_t sent; /* bytes of the first frame that are gone already */
	size_t bytes;  /* waiting, as on the wire of a WebSocket */
};

void send_queue_fini(struct send_queue *q);

/* Memory that waits: what limits are compared with. */
static inline size_t
send_queue_held(const struct send_queue *q)
{
	return q->bytes + (size_t)q->n * SEND_QUEUE_ITEM_BYTES;
}

/* Would n more bytes, as one item, still be within most? */
static inline bool
send_queue_fits(const struct send_queue *q, size_t n, size_t most)
{
	return send_queue_held(q) + n + SEND_QUEUE_ITEM_BYTES <= most;
}

/* Queue f behind what waits already. Owns: takes its own reference on success; the caller
 * keeps his. Errors: -E_NOMEM. */
int send_queue_push(struct send_queue *q, struct frame *f) MUST_USE;

/* Instead of send_queue_push: make f and what waits last one frame. False when that cannot be. */
bool send_queue_join(struct send_queue *q, struct frame *f, struct frame_joins *joins);

/* Take the first frame out; its reference passes to the caller. NULL when empty. */
struct frame *send_queue_pop(struct send_queue *q);

/* Forget all but the first n. */
void send_queue_cut(struct send_queue *q, uint32_t n);

/* The i-th waiting frame, 0 is the first; i < n. */
struct frame *send_queue_at(const struct send_queue *q, uint32_t i);

/* Fill parts with what waits; returns how many were filled. */
int send_queue_parts(const struct send_queue *q, struct iovec *parts, int parts_n);

/* n bytes were written. */
void send_queue_advance(struct send_queue *q, size_t n);

#endif
