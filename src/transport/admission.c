/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/admission.h"

#include "base/errors.h"
#include "config/config.h"
#include "policy/limit.h"

#include <stdlib.h>

enum { ADDRESSES = 65536 };

const struct address admission_nobody = {.family = AF_UNIX};

struct admission {
	struct limit_table *addresses; /* NULL: no limit for one address */
	uint32_t address_most, most;
	atomic_uint n;
};

struct admission *
admission_new(const struct config *config)
{
	struct admission *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->most = config->connections_n;
	a->address_most = config->address_connections_n;
	if (a->address_most)
		a->addresses = limit_table_new(ADDRESSES);
	if (!a->address_most || a->addresses)
		return a;
	free(a);
	return NULL;
}

void
admission_free(struct admission *a)
{
	if (!a)
		return;
	limit_table_free(a->addresses);
	free(a);
}

int
admission_take(struct admission *a, const struct address *peer, uint64_t now_ms)
{
	struct str key = address_key(peer);
	int error = 0;

	if (atomic_fetch_add(&a->n, 1) >= a->most && a->most)
		error = -E_TOO_MANY_CONNECTIONS;
	if (!error && a->addresses && key.len)
		error = limit_take(a->addresses, key, a->address_most, now_ms);
	if (error)
		atomic_fetch_sub(&a->n, 1);
	return error;
}

void
admission_release(struct admission *a, const struct address *peer)
{
	struct str key = address_key(peer);

	atomic_fetch_sub(&a->n, 1);
	if (a->addresses && key.len)
		limit_release(a->addresses, key);
}

int
admission_move(struct admission *a, const struct address *from, const struct address *to,
	       uint64_t now_ms)
{
	struct str old = address_key(from), new = address_key(to);
	int error = 0;

	if (!a->addresses || str_eq(old, new))
		return 0;
	if (new.len)
		error = limit_take(a->addresses, new, a->address_most, now_ms);
	if (!error && old.len)
		limit_release(a->addresses, old);
	return error;
}

bool
admission_counts_addresses(const struct admission *a)
{
	return a->addresses != NULL;
}
