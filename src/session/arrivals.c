/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/arrivals.h"

#include "base/errors.h"
#include "policy/limit.h"

int
arrivals_count(struct limit_table *addresses, const struct config_mount *mount,
	       const struct loop *l, const struct address *client, uint64_t *wait_ms_out)
{
	struct str address = address_key(client);
	struct buf key = BUF_INIT;
	int error;

	*wait_ms_out = 0;
	if (mount->connection_rate.per_second <= 0 || !address.len)
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
