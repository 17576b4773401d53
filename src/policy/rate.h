/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Token bucket in exact integer arithmetic, eight bytes each (the generic cell rate
 * algorithm): burst at once, then one per period. The period is rounded once to whole
 * nanoseconds, so 5 a minute is exactly one every 12 s and nothing drifts. Time is a
 * parameter. One owner. Source: ITU-T I.371 Annex A.
 */
#ifndef POLICY_RATE_H
#define POLICY_RATE_H

#include "config/config.h"

struct rate {
	uint64_t full_at_ns; /* when the bucket is full again; 0: full */
};

/* True when one more is allowed now; takes it. A limit of 0 per second allows everything, a
 * burst of 0 counts as 1. A refused one costs nothing. Thread: the owner's. */
bool rate_take(struct rate *r, const struct config_rate *limit, uint64_t now_ms);

/* Milliseconds until the next one is allowed, rounded up; 0: now. Thread: the owner's. */
uint64_t rate_wait_ms(const struct rate *r, const struct config_rate *limit,
		      uint64_t now_ms);

/* Nothing is remembered any more: as good as a new one. Thread: the owner's. */
bool rate_is_full(const struct rate *r, uint64_t now_ms);

#endif
