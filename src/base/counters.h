/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters of one loop: written by its thread only, read by any (relaxed). The rows are in
 * counters.def.
 */
#ifndef BASE_COUNTERS_H
#define BASE_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum counter {
#define C(name, kind, help) COUNTER_##name,
#include "base/counters.def"
#undef C
	COUNTER_N
};

struct counters {
	_Atomic uint64_t values[COUNTER_N];
};

static inline void
counter_add(struct counters *c, enum counter which, uint64_t n)
{
	uint64_t v = atomic_load_explicit(&c->values[which], memory_order_relaxed);

	atomic_store_explicit(&c->values[which], v + n, memory_order_relaxed);
}

static inline void
counter_sub(struct counters *c, enum counter which, uint64_t n)
{
	counter_add(c, which, -n);
}

static inline uint64_t
counter_get(const struct counters *c, enum counter which)
{
	return atomic_load_explicit(&c->values[which], memory_order_relaxed);
}

const char *counter_name(enum counter which); /* "accept_pauses" */
const char *counter_help(enum counter which);
bool counter_is_gauge(enum counter which);

#endif
