/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/breaker.h"

static const uint64_t PROBING = UINT64_MAX; /* no pause ends then */

enum breaker_pass
breaker_try(struct breaker *b, uint64_t now_ms)
{
	uint64_t until_ms = atomic_load(&b->until_ms);

	if (until_ms == 0)
		return BREAKER_PASSES;
	if (now_ms < until_ms || until_ms == PROBING)
		return BREAKER_REFUSES;
	return atomic_compare_exchange_strong(&b->until_ms, &until_ms, PROBING)
		       ? BREAKER_PROBES
		       : BREAKER_REFUSES;
}

/* Zero means closed, and a test's clock may begin there. */
static uint64_t
end_of_pause(const struct breaker_rule *rule, uint64_t now_ms)
{
	return now_ms + (rule->pause_ms ? rule->pause_ms : 1);
}

static enum breaker_turn
note_probe(struct breaker *b, const struct breaker_rule *rule, bool is_good,
	   uint64_t now_ms)
{
	atomic_store(&b->failures_n, 0);
	atomic_store(&b->until_ms, is_good ? 0 : end_of_pause(rule, now_ms));
	return is_good ? BREAKER_CLOSES : BREAKER_STAYS;
}

void
breaker_leave(struct breaker *b, enum breaker_pass pass, uint64_t now_ms)
{
	if (pass == BREAKER_PROBES)
		atomic_store(&b->until_ms, now_ms ? now_ms : 1);
}

enum breaker_turn
breaker_note(struct breaker *b, const struct breaker_rule *rule, enum breaker_pass pass,
	     bool is_good, uint64_t now_ms)
{
	uint64_t closed = 0;

	if (pass == BREAKER_PROBES)
		return note_probe(b, rule, is_good, now_ms);
	if (is_good) {
		/* read first: no cache line is written while all is well */
		if (atomic_load_explicit(&b->failures_n, memory_order_relaxed))
			atomic_store(&b->failures_n, 0);
		return BREAKER_STAYS;
	}
	if (!rule->failures_n || atomic_load(&b->until_ms) != 0 ||
	    atomic_fetch_add(&b->failures_n, 1) + 1 < rule->failures_n)
		return BREAKER_STAYS;
	return atomic_compare_exchange_strong(&b->until_ms, &closed,
					      end_of_pause(rule, now_ms))
		       ? BREAKER_OPENS
		       : BREAKER_STAYS;
}
