/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One question to the hubs of all loops, their answers together on the loop that asked. Nobody
 * waits: each loop answers when the question's letter arrives.
 */
#ifndef HUB_GATHER_H
#define HUB_GATHER_H

#include "base/buf.h"
#include "hub/hub.h"

/* What one loop has to say, in whatever form the asker chose. */
struct gather_part {
	uint64_t n;
	struct buf bytes;
};

struct gather {
	/* On each loop. arg is the asker's and is only read: all loops look at it at once. */
	void (*ask)(struct hub *h, const void *arg, struct gather_part *out);
	/* On the asking loop, exactly once, never before gather_start has returned. The parts,
	 * one for each loop, are freed behind it. */
	void (*done)(void *arg, struct gather_part *parts, size_t parts_n);
	void *arg;
};

/* Errors: -E_NOMEM; then done is not called. Thread: the asker's loop. */
int gather_start(struct hubs *all, struct loop *asker, const struct gather *g) MUST_USE;

#endif
