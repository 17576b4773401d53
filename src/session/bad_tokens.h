/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many bad tokens came from an address (see address_key) in the last minute: more than
 * token.failures_per_minute, and it has to wait. A token that has merely expired is no guess
 * and not counted. One table for all loops; any thread. NULL for b: nothing is counted.
 */
#ifndef SESSION_BAD_TOKENS_H
#define SESSION_BAD_TOKENS_H

#include "net/address.h"
#include "net/loop.h"

struct bad_tokens;

/* NULL when memory is short. Owns: the caller frees. */
struct bad_tokens *bad_tokens_new(void) MUST_USE;
void bad_tokens_free(struct bad_tokens *b);

/* One more, seen by this loop. */
void bad_tokens_count(struct bad_tokens *b, const struct loop *l,
		      const struct address *client);

/* Milliseconds until the address may try again, 0: now. */
uint64_t bad_tokens_wait_ms(struct bad_tokens *b, const struct loop *l,
			    const struct address *client);

#endif
