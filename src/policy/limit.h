/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Limits counted by text: connections of an address or user, connections or bad tokens of
 * an address in a time. One table for each limit, shared by all loops: shards with a mutex
 * each, exact under concurrency, touched once a connection and never once a message.
 * Never larger than keys_n keys: one that counts nothing and whose bucket is full is
 * forgotten; when none is, the one whose rate was asked about longest ago makes room.
 * Time is a parameter. Thread: any, but new and free.
 */
#ifndef POLICY_LIMIT_H
#define POLICY_LIMIT_H

#include "policy/rate.h"

struct limit_table;

/* NULL when memory is short. Owns: the caller frees. Units: keys_n is rounded up to a multiple
 * of the 16 shards. A table of counts should have room for as many keys as there may be
 * connections: a key that counts something is never forgotten. */
struct limit_table *limit_table_new(size_t keys_n) MUST_USE;
void limit_table_free(struct limit_table *t); /* NULL is allowed */

/* Count one more under key unless there are most already. most 0: no limit, but counted all
 * the same, so that a limit set by a reload finds the truth.
 * Errors: -E_TOO_MANY_CONNECTIONS, -E_FULL when no key can make room, -E_NOMEM; then nothing
 * was counted. */
int limit_take(struct limit_table *t, struct str key, uint32_t most,
	       uint64_t now_ms) MUST_USE;

/* Give back what limit_take counted. */
void limit_release(struct limit_table *t, struct str key);

/* How many are counted under key now, for tests. */
uint32_t limit_count(struct limit_table *t, struct str key);

/* Take one from the bucket of key (see rate_take).
 * Errors: -E_RATE_LIMITED, -E_FULL, -E_NOMEM. */
int limit_rate_take(struct limit_table *t, struct str key,
		    const struct config_rate *limit, uint64_t now_ms) MUST_USE;

/* Milliseconds until the bucket of key gives one again, 0: now. Takes nothing: for asking
 * before the work whether failures, counted afterwards, have become too many. */
uint64_t limit_rate_wait_ms(struct limit_table *t, struct str key,
			    const struct config_rate *limit, uint64_t now_ms);

/* Keys remembered at the moment, for tests. */
size_t limit_keys_n(struct limit_table *t);

#endif
