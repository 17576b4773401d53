/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/ack.h"

#include "base/errors.h"
#include "base/idmap.h"
#include "base/spare.h"
#include "config/config.h"
#include "hub/socket_inside.h"

struct ack {
	uint64_t id; /* first: the map finds it by this */
	struct socket *socket;
	struct wheel_timer timer;
	socket_ack_fn *on_ack;
	void *arg;
};

static void
finish(struct ack *a, int error, struct str args, const struct str *attachments,
       size_t attachments_n)
{
	idmap_remove(socket_acks(a->socket), a);
	wheel_cancel(&hub_loop(socket_hub(a->socket))->wheel, &a->timer);
	a->on_ack(a->arg, error, args, attachments, attachments_n);
	spare_give(a, sizeof(*a));
}

static void
on_timeout(struct wheel_timer *t)
{
	struct ack *a = CONTAINER_OF(t, struct ack, timer);

	counter_add(&hub_loop(socket_hub(a->socket))->counters, COUNTER_ACK_TIMEOUTS, 1);
	finish(a, -E_TIMEOUT, (struct str){NULL, 0}, NULL, 0);
}

bool
ack_is_full(const struct socket *s)
{
	uint32_t most = s->mount->acks_n;

	return most && socket_acks(s) && socket_acks(s)->places.n >= most;
}

/* NULL when memory is short. */
static struct idmap *
get_acks(struct socket *s)
{
	struct socket_extras *extras = socket_need_extras(s);

	if (extras && !extras->acks) {
		extras->acks = spare_take(sizeof(*extras->acks));
		if (extras->acks)
			*extras->acks = IDMAP_INIT(sizeof(uint64_t));
	}
	return extras ? extras->acks : NULL;
}

int
ack_await(struct socket *s, uint64_t id, uint32_t timeout_ms, socket_ack_fn *on_ack,
	  void *arg)
{
	struct ack *a = spare_take(sizeof(*a));
	struct idmap *acks = get_acks(s);
	struct loop *l = hub_loop(socket_hub(s));

	if (!a || !acks)
		goto fail;
	*a = (struct ack){.id = id, .socket = s, .on_ack = on_ack, .arg = arg};
	if (idmap_add(acks, a))
		goto fail;
	wheel_timer_init(&a->timer, on_timeout);
	if (timeout_ms)
		wheel_set(&l->wheel, &a->timer, l->now_ms + timeout_ms);
	return 0;
fail:
	spare_give(a, sizeof(*a));
	return -E_NOMEM;
}

bool
ack_arrived(struct socket *s, uint64_t id, struct str args, const struct str *attachments,
	    size_t attachments_n)
{
	struct idmap *acks = socket_acks(s);
	struct ack *a = acks ? idmap_get(acks, (struct str){(char *)&id, sizeof(id)})
			     : NULL;

	if (a)
		finish(a, 0, args, attachments, attachments_n);
	return a != NULL;
}

void
ack_fail_all(struct socket *s, int error)
{
	struct idmap *acks = socket_acks(s);
	struct ack *a;

	if (!acks)
		return;
	for (size_t at = 0; (a = idmap_next(acks, &at)); at = 0)
		finish(a, error, (struct str){NULL, 0}, NULL, 0);
	spare_give(acks, sizeof(*acks));
	s->extras->acks = NULL;
}
