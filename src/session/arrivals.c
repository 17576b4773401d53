/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/arrivals.h"

#include "base/errors.h"
#include "policy/limit.h"
#include "session/bad_tokens.h"

int
arrivals_count(struct limit_table *addresses, const struct config_mount *mount,
	       const struct loop *l, const struct address *client, uint64_t *wait_ms_out)
{
	struct str address = address_key(client);
	struct buf key = BUF_INIT;
	int error;

	*wait_ms_out = 0;
	if (!addresses || mount->connection_rate.per_second <= 0 || !address.len)
		return 0;
	buf_printf(&key, "%s %s ", mount->path, config_dialect_name(mount->dialect));
	buf_add_str(&key, address);
	error = key.failed ? -E_NOMEM
			   : limit_rate_take(addresses, buf_str(&key),
					     &mount->connection_rate, l->now_ms);
	if (error == -E_RATE_LIMITED)
		*wait_ms_out = limit_rate_wait_ms(addresses, buf_str(&key),
						  &mount->connection_rate, l->now_ms);
	buf_fini(&key);
	return error;
}

int
arrivals_admit(struct limit_table *addresses, struct bad_tokens *bad,
	       const struct config_mount *mount, struct request *r)
{
	struct loop *l = r->conn->loop;
	uint64_t wait_ms = bad_tokens_wait_ms(bad, l, &r->client);
	int error = -E_TOO_MANY_FAILURES;

	if (!wait_ms)
		error = arrivals_count(addresses, mount, l, &r->client, &wait_ms);
	if (error)
		counter_add(&l->counters, COUNTER_REFUSED_CONNECTIONS, 1);
	if (wait_ms)
		buf_printf(&r->headers, "Retry-After: %llu\r\n",
			   (unsigned long long)(wait_ms + 999) / 1000);
	return error;
}
