/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/ack.h"

#include "base/errors.h"
#include "hub/socket_inside.h"

#include <stdlib.h>

struct ack {
	struct list link;
	struct loop *loop;
	struct wheel_timer timer;
	uint64_t id;
	socket_ack_fn *on_ack;
	void *arg;
};

static void
finish(struct ack *a, int error, struct str args, const struct str *attachments,
       size_t attachments_n)
{
	list_remove(&a->link);
	wheel_cancel(&a->loop->wheel, &a->timer);
	a->on_ack(a->arg, error, args, attachments, attachments_n);
	free(a);
}

static void
on_timeout(struct wheel_timer *t)
{
	struct ack *a = CONTAINER_OF(t, struct ack, timer);

	counter_add(&a->loop->counters, COUNTER_ACK_TIMEOUTS, 1);
	finish(a, -E_TIMEOUT, (struct str){NULL, 0}, NULL, 0);
}

int
ack_await(struct socket *s, uint64_t id, uint32_t timeout_ms, socket_ack_fn *on_ack, void *arg)
{
	struct ack *a = malloc(sizeof(*a));

	if (!a)
		return -E_NOMEM;
	*a = (struct ack){.loop = hub_loop(socket_hub(s)), .id = id, .on_ack = on_ack, .arg = arg};
	wheel_timer_init(&a->timer, on_timeout);
	if (timeout_ms)
		wheel_set(&a->loop->wheel, &a->timer, a->loop->now_ms + timeout_ms);
	list_add_tail(&s->acks, &a->link);
	return 0;
}

void
ack_arrived(struct socket *s, uint64_t id, struct str args, const struct str *attachments,
	    size_t attachments_n)
{
	LIST_EACH(link, &s->acks) {
		struct ack *a = CONTAINER_OF(link, struct ack, link);

		if (a->id != id)
			continue;
		finish(a, 0, args, attachments, attachments_n);
		return;
	}
}

void
ack_fail_all(struct socket *s, int error)
{
	while (!list_is_empty(&s->acks))
		finish(CONTAINER_OF(s->acks.next, struct ack, link), error, (struct str){NULL, 0}, NULL,
		       0);
}
