/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A circuit breaker: after so many failures in a row, what failed is left alone for a pause;
 * then one probe at a time tries whether it works again. Shared by threads without a lock;
 * embedded, all zero is closed. Time is a parameter. It stands on the C library alone: bundled
 * plugins are built with it too.
 * Source: M. Nygard, "Release It!", "Circuit Breaker".
 */
#ifndef POLICY_BREAKER_H
#define POLICY_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct breaker {
	_Atomic uint32_t failures_n; /* in a row, while closed */
	_Atomic uint64_t until_ms;   /* 0: closed; UINT64_MAX: a probe is under way */
};

struct breaker_rule {
	uint32_t failures_n; /* that open it; 0: it never opens */
	uint32_t pause_ms;
};

enum breaker_pass { BREAKER_REFUSES, BREAKER_PASSES, BREAKER_PROBES };
enum breaker_turn { BREAKER_STAYS, BREAKER_OPENS, BREAKER_CLOSES };

/* May it be tried now? Whoever is let through says afterwards how it went, with what he got
 * here: breaker_note. BREAKER_PROBES: nobody else is let through until then. [any thread] */
enum breaker_pass breaker_try(struct breaker *b, uint64_t now_ms);

/* What was let through was not tried after all: nothing is known, and if it was the probe,
 * another may be. [any thread] */
void breaker_leave(struct breaker *b, enum breaker_pass pass, uint64_t now_ms);

/* How it went. What was let through before the breaker opened does not move it any more; a
 * probe that fails begins another pause. Returns what changed, to one caller. [any thread] */
enum breaker_turn breaker_note(struct breaker *b, const struct breaker_rule *rule,
			       enum breaker_pass pass, bool is_good, uint64_t now_ms);

#endif
