/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is where: mounts, health, demo and files, in the order in which they are looked at.
 * Built once by the wiring; immutable, any thread.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include "base/buf.h"
#include "transport/router.h"

#include <stdatomic.h>

struct config;
struct demo;
struct routes;
struct worker;

/* What they lead to; all is borrowed for their life. */
struct routes_base {
	const struct config *config;
	struct worker *workers;
	size_t workers_n;
	struct demo *demo;
	atomic_bool *is_ready; /* what /readyz says */
};

/* Errors: -E_SYSTEM, -E_CONFIG with a line in errors, -E_NOMEM. */
int routes_new(const struct routes_base *base, struct routes **out,
	       struct buf *errors) MUST_USE;
void routes_free(struct routes *r);

const struct router *routes_router(const struct routes *r);

#endif
