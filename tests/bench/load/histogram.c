/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latencies by power of two and five more bits: see histogram.h. */
#include "histogram.h"

#define SUB_BITS 5
#define SUB_N (1U << SUB_BITS)

static unsigned
bucket_of(uint64_t value)
{
	unsigned top;

	if (value < SUB_N)
		return (unsigned)value;
	top = 63 - (unsigned)__builtin_clzll(value);
	return ((top - SUB_BITS + 1) << SUB_BITS) +
	       ((value >> (top - SUB_BITS)) & (SUB_N - 1));
}

/* The highest value that bucket_of puts there. */
static uint64_t
top_of(unsigned bucket)
{
	unsigned shift;

	if (bucket < SUB_N)
		return bucket;
	shift = (bucket >> SUB_BITS) - 1;
	return ((((uint64_t)(bucket & (SUB_N - 1)) | SUB_N) + 1) << shift) - 1;
}

void
histogram_add(struct histogram *h, uint64_t value_ns)
{
	h->counts[bucket_of(value_ns)]++;
	h->total++;
	if (value_ns > h->max_ns)
		h->max_ns = value_ns;
}

uint64_t
histogram_percentile_ns(const struct histogram *h, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)h->total);
	uint64_t seen = 0;

	if (h->total == 0)
		return 0;
	if (wanted >= h->total)
		return h->max_ns;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS_N; i++) {
		seen += h->counts[i];
		if (seen > wanted)
			return top_of(i) < h->max_ns ? top_of(i) : h->max_ns;
	}
	return h->max_ns;
}
