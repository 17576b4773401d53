/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An envelope with texts of its own: one allocation, immutable, counted. What travels between
 * loops and what is kept for a repeated request. Any thread.
 */
#ifndef ACTION_OUTCOME_H
#define ACTION_OUTCOME_H

#include "dialect/envelope.h"

#include <stdatomic.h>

struct outcome {
	atomic_uint refs;
	size_t bytes; /* all of it */
	struct envelope envelope;
	char text[];
};

/* A copy with one reference; NULL when memory is short. */
struct outcome *outcome_new(const struct envelope *e) MUST_USE;
struct outcome *outcome_ref(struct outcome *o);
void outcome_unref(struct outcome *o); /* NULL is allowed */

#endif
