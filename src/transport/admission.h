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

#endif
