/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was published under which idempotency key, so that a backend that repeats a call does
 * not repeat its event. Bounded: the oldest are forgotten first, and each after its time.
 * Any thread; touched once or twice for a call that names a key.
 */
#ifndef ADMIN_IDEMPOTENCY_H
#define ADMIN_IDEMPOTENCY_H

#include "base/buf.h"
#include "base/errors.h"

struct idempotency;

/* NULL when memory is short. */
struct idempotency *idempotency_new(uint32_t keys_n, uint32_t keep_ms) MUST_USE;
void idempotency_free(struct idempotency *i); /* NULL is allowed */

/* The key of a message about to be sent. Returns 0 when it is new, and holds its place: tell
 * idempotency_done or _forget; 1 when it was sent before, and appends the answer then given.
 * Errors: -E_LATE while the first is under way, -E_DUPLICATE when it was another message,
 * -E_NOMEM. */
int idempotency_begin(struct idempotency *i, struct str key, struct str message,
		      uint64_t now_ms, struct buf *answer_out) MUST_USE;
void idempotency_done(struct idempotency *i, struct str key, struct str answer);
void idempotency_forget(struct idempotency *i, struct str key);

#endif
