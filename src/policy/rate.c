/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/rate.h"

#include <math.h>

enum { NS_PER_MS = 1000000 };

/* A year between two: what is asked for beyond that is a mistake, not a rate. */
#define PERIOD_NS_MAX (365.0 * 86400 * 1e9)
/* Spans stay below half of the number range, so sums of two never wrap. */
#define SPAN_NS_MAX (UINT64_MAX / 4)

static uint64_t
period_ns(const struct config_rate *limit)
{
	double ns = 1e9 / limit->per_second;

	if (ns < 1)
		return 1;
	return ns < PERIOD_NS_MAX ? (uint64_t)llround(ns) : (uint64_t)PERIOD_NS_MAX;
}

static uint64_t
now_ns(uint64_t now_ms)
{
	return now_ms < SPAN_NS_MAX / NS_PER_MS ? now_ms * NS_PER_MS : SPAN_NS_MAX;
}

/* How far ahead of now the bucket may be filled and still give one more. */
static uint64_t
slack_ns(const struct config_rate *limit, uint64_t period)
{
	uint64_t more_n = limit->burst > 1 ? limit->burst - 1 : 0;

	return more_n < SPAN_NS_MAX / period ? more_n * period : SPAN_NS_MAX;
}

/* Time until the bucket is full. A limit that a reload made smaller must not leave a debt
 * larger than its own bucket, hence the cut. */
static uint64_t
debt_ns(const struct rate *r, const struct config_rate *limit, uint64_t now)
{
	uint64_t period = period_ns(limit), most = slack_ns(limit, period) + period;
	uint64_t debt = r->full_at_ns > now ? r->full_at_ns - now : 0;

	return debt < most ? debt : most;
}

static bool
is_unlimited(const struct config_rate *limit)
{
	return !(limit->per_second > 0);
}

bool
rate_take(struct rate *r, const struct config_rate *limit, uint64_t now_ms)
{
	uint64_t now = now_ns(now_ms), period, debt;

	if (is_unlimited(limit))
		return true;
	period = period_ns(limit);
	debt = debt_ns(r, limit, now);
	if (debt > slack_ns(limit, period)) {
		/* as it was, or what a reload's cut left of it */
		r->full_at_ns = now + debt;
		return false;
	}
	r->full_at_ns = now + debt + period;
	return true;
}

uint64_t
rate_wait_ms(const struct rate *r, const struct config_rate *limit, uint64_t now_ms)
{
	uint64_t debt, slack;

	if (is_unlimited(limit))
		return 0;
	debt = debt_ns(r, limit, now_ns(now_ms));
	slack = slack_ns(limit, period_ns(limit));
	return debt > slack ? (debt - slack + NS_PER_MS - 1) / NS_PER_MS : 0;
}

bool
rate_is_full(const struct rate *r, uint64_t now_ms)
{
	return r->full_at_ns <= now_ns(now_ms);
}
