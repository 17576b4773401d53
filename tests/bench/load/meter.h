/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one run counts: work done, latencies, what the server used meanwhile, and every fault.
 * A scenario adds to it; meter_run lets the time pass and says when to measure.
 */
#ifndef LOAD_METER_H
#define LOAD_METER_H

#include <stdbool.h>

#include "histogram.h"
#include "options.h"
#include "usage.h"

struct meter {
	const struct options *options;
	bool measuring, stalled;
	uint64_t done;                       /* from the beginning on */
	uint64_t lost, doubled, wrong, gone; /* faults; gone: connections nobody closed */
	struct histogram latency;            /* of what was done while measuring */
	uint64_t begin_ns, end_ns, begin_done, end_done;
	struct usage before, begin, end; /* before: without the clients */
	struct usage full;               /* namespaces only: while all are there */
	uint64_t idle_clients_n;         /* what end has more than before */
};

/* Count one piece of work that began at since_ns. */
void meter_done(struct meter *meter, uint64_t since_ns);

/* Run the loop for warm_s and then measure_s; turn (may be NULL) is called after each
 * turn. Ends early, stalled, when nothing is done for stall_s. */
void meter_run(struct meter *meter, void (*turn)(void));

/* Run the loop for so long; nothing has to be done. */
void meter_rest(double seconds);

/* Run the loop until is_over, or until nothing is done for stall_s. */
void meter_settle(struct meter *meter, bool (*is_over)(void));

/* Print it as one line of JSON. Returns: true when there was no fault. */
bool meter_print(const struct meter *meter);

#endif
