/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server API: JSON over HTTP for backends, on a listener of its own. One table of calls
 * (rest_table.h) is what routing, checking and the OpenAPI document are made from.
 * Built and freed by the wiring; a call runs on the loop that accepted its connection and
 * never blocks: what it asks of other loops and threads comes back as mail.
 *
 *	rest ──< rest_call (rest_call.h) ── request
 */
#ifndef ADMIN_REST_H
#define ADMIN_REST_H

#include "hub/hub.h"
#include "transport/request.h"

#include <stdatomic.h>

struct actions;
struct config;
struct demo;
struct explain;
struct idempotency;
struct notify;
struct schema;

struct rest {
	const struct config *config;
	struct hubs *hubs;
	struct actions *actions;
	struct demo *demo;
	struct notify *notify;
	atomic_bool *is_ready;
	uint64_t base_bytes; /* memory of the process at start */
	struct idempotency *idempotency;
	struct explain *explain;
	struct router *router;
	struct schema **schemas; /* of the bodies, by row; NULL: the call has none */
	struct frame *document;  /* OpenAPI, as it is served */
};

/* What the API stands on; all is borrowed for its life. */
struct rest_base {
	const struct config *config;
	struct hubs *hubs;
	struct actions *actions;
	struct demo *demo;
	struct notify *notify;
	atomic_bool *is_ready; /* what /readyz says */
};

/* Is there a server API in this configuration? */
bool rest_is_wanted(const struct config *c);

/* Errors: -E_NOMEM; -E_CONFIG with a line in errors. Main thread. */
int rest_new(const struct rest_base *base, struct rest **out,
	     struct buf *errors) MUST_USE;
/* After the loops have stopped. */
void rest_free(struct rest *r);

const struct router *rest_router(const struct rest *r);

#endif
