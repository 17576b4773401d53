/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often an address may come to a mount (connection_rate): for sessions of Engine.IO and of
 * the plain dialects alike. Any thread.
 */
#ifndef SESSION_ARRIVALS_H
#define SESSION_ARRIVALS_H

#include "config/config.h"
#include "net/address.h"
#include "net/loop.h"

struct limit_table;

/* Count one more from client on mount. Errors: -E_RATE_LIMITED with the time until the next in
 * *wait_ms_out, -E_FULL, -E_NOMEM. */
int arrivals_count(struct limit_table *addresses, const struct config_mount *mount,
		   const struct loop *l, const struct address *client,
		   uint64_t *wait_ms_out) MUST_USE;

#endif
