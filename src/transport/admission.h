/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many connections there may be, altogether and from one address (see address_key; Unix
 * sockets count altogether only). Shared by all loops; any thread.
 */
#ifndef TRANSPORT_ADMISSION_H
#define TRANSPORT_ADMISSION_H

#include "net/address.h"

struct admission;
struct config;

/* NULL when memory is short. */
struct admission *admission_new(const struct config *config) MUST_USE;
void admission_free(struct admission *a);

/* Errors: -E_TOO_MANY_CONNECTIONS, -E_NOMEM. */
int admission_take(struct admission *a, const struct address *peer,
		   uint64_t now_ms) MUST_USE;
void admission_release(struct admission *a, const struct address *peer);

/* A connection turns out to be another's: counted for him, no longer for whom it was taken.
 * Errors: as admission_take, and nothing has changed. */
int admission_move(struct admission *a, const struct address *from,
		   const struct address *to, uint64_t now_ms) MUST_USE;

/* Is there a limit for one address? */
bool admission_counts_addresses(const struct admission *a);

/* Whom a connection is counted for whose client is not known yet: altogether only. */
extern const struct address admission_nobody;

#endif
