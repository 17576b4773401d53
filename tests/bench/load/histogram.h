/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Latencies in nanoseconds, counted in buckets of 1/32 of their power of two: what is read
 * back is at most 3 % too high. 16 KB, never allocates.
 */
#ifndef LOAD_HISTOGRAM_H
#define LOAD_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS_N (64 * 32)

struct histogram {
	uint64_t counts[HISTOGRAM_BUCKETS_N];
	uint64_t total;
	uint64_t max_ns;
};

/* Count one value. */
void histogram_add(struct histogram *h, uint64_t value_ns);

/* The value that a share (0 … 1) of all counted ones does not exceed; 0 when there is none. */
uint64_t histogram_percentile_ns(const struct histogram *h, double share);

#endif
