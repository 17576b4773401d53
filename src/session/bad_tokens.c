/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/bad_tokens.h"

#include "base/log.h"
#include "config/config.h"
#include "policy/limit.h"

#include <stdlib.h>

enum { ADDRESSES = 65536 };

struct bad_tokens {
	struct limit_table *addresses;
	struct log_throttle throttle;
};

struct bad_tokens *
bad_tokens_new(void)
{
	struct bad_tokens *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->addresses = limit_table_new(ADDRESSES);
	if (b->addresses)
		return b;
	free(b);
	return NULL;
}

void
bad_tokens_free(struct bad_tokens *b)
{
	if (!b)
		return;
	limit_table_free(b->addresses);
	free(b);
}

static struct config_rate
rate_of(const struct loop *l)
{
	uint32_t n = l->config->token.failures_per_minute;

	return (struct config_rate){.per_second = n / 60.0, .burst = n};
}

void
bad_tokens_count(struct bad_tokens *b, const struct loop *l, const struct address *client)
{
	struct str key = address_key(client);
	struct config_rate rate = rate_of(l);
	char text[ADDRESS_TEXT_BYTES];
	uint64_t held;

	if (!b || !key.len || !rate.burst)
		return;
	/* a table without room or memory lets somebody through: better than the other way round */
	(void)!limit_rate_take(b->addresses, key, &rate, l->now_ms);
	if (!limit_rate_wait_ms(b->addresses, key, &rate, l->now_ms) ||
	    !log_may(&b->throttle, l->now_ms, &held))
		return;
	address_text(client, text);
	log_warn("too many bad tokens", "address=%s held_back=%llu", text,
		 (unsigned long long)held);
}

uint64_t
bad_tokens_wait_ms(struct bad_tokens *b, const struct loop *l,
		   const struct address *client)
{
	struct str key = address_key(client);
	struct config_rate rate = rate_of(l);

	return b && key.len && rate.burst
		       ? limit_rate_wait_ms(b->addresses, key, &rate, l->now_ms)
		       : 0;
}
