/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/ack.h"

#include "base/errors.h"
#include "config/config.h"
#include "hub/socket_inside.h"

#include <stdlib.h>

struct ack {
	struct ack *next, **to_me; /* to_me: the pointer that leads here */
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
	*a->to_me = a->next;
	if (a->next)
		a->next->to_me = a->to_me;
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

bool
ack_is_full(const struct socket *s)
{
	uint32_t most = s->mount->acks_n, n = 0;

	for (const struct ack *a = s->acks; a && n < most; a = a->next)
		n++;
	return most && n >= most;
}

int
ack_await(struct socket *s, uint64_t id, uint32_t timeout_ms, socket_ack_fn *on_ack,
	  void *arg)
{
	struct ack *a = malloc(sizeof(*a));

	if (!a)
		return -E_NOMEM;
	*a = (struct ack){
		.loop = hub_loop(socket_hub(s)), .id = id, .on_ack = on_ack, .arg = arg};
	wheel_timer_init(&a->timer, on_timeout);
	if (timeout_ms)
		wheel_set(&a->loop->wheel, &a->timer, a->loop->now_ms + timeout_ms);
	a->next = s->acks;
	a->to_me = &s->acks;
	if (a->next)
		a->next->to_me = &a->next;
	s->acks = a;
	return 0;
}

void
ack_arrived(struct socket *s, uint64_t id, struct str args, const struct str *attachments,
	    size_t attachments_n)
{
	struct ack *a = s->acks;

	while (a && a->id != id)
		a = a->next;
	if (a)
		finish(a, 0, args, attachments, attachments_n);
}

void
ack_fail_all(struct socket *s, int error)
{
	while (s->acks)
		finish(s->acks, error, (struct str){NULL, 0}, NULL, 0);
}
