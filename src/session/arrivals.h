/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * May an address come to a mount? Not too often (connection_rate), and not after too many bad
 * tokens: for sessions of Engine.IO and of the plain dialects alike. Thread: the loop's.
 */
#ifndef SESSION_ARRIVALS_H
#define SESSION_ARRIVALS_H

#include "config/config.h"
#include "net/address.h"
#include "transport/request.h"

struct bad_tokens;
struct limit_table;

/* Count one more from client on mount. addresses: of all loops; NULL: nobody counts.
 * Errors: -E_RATE_LIMITED with the time until the next in *wait_ms_out, -E_FULL, -E_NOMEM. */
int arrivals_count(struct limit_table *addresses, const struct config_mount *mount,
		   const struct loop *l, const struct address *client,
		   uint64_t *wait_ms_out) MUST_USE;

/* The same for who sent r, unless bad (NULL: nobody counts) has him wait. The answer to r is
 * then the caller's, and says by Retry-After when he may come again.
 * Errors: -E_TOO_MANY_FAILURES; of arrivals_count. */
int arrivals_admit(struct limit_table *addresses, struct bad_tokens *bad,
		   const struct config_mount *mount, struct request *r) MUST_USE;

#endif
