/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Token bucket in exact integer arithmetic: burst at once, then one per period. Time is a
 * parameter. One owner.
 */
#ifndef POLICY_RATE_H
#define POLICY_RATE_H

#include "config/config.h"

struct rate {
	uint64_t full_at_us; /* when the bucket is full again; 0: full */
};

/* True when one more is allowed now; takes it. A limit of 0 per second allows everything. */
bool rate_take(struct rate *r, const struct config_rate *limit, uint64_t now_ms);

/* Milliseconds until the next one is allowed. */
uint64_t rate_wait_ms(const struct rate *r, const struct config_rate *limit, uint64_t now_ms);

#endif
