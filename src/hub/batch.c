/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/batch.h"

#include "base/frame_join.h"
#include "hub/audience.h"
#include "hub/broadcast_inside.h"
#include "hub/hub_inside.h"
#include "hub/socket_inside.h"
#include "transport/websocket_conn.h"

enum { BATCH_N_MAX = 64 };

static struct letter *
after(const struct letter *l)
{
	return l->mail.next ? CONTAINER_OF(l->mail.next, struct letter, mail) : NULL;
}

static void
on_end_of_turn(struct loop_job *j)
{
	batch_run(CONTAINER_OF(j, struct hub, batch.run));
}

void
batch_init(struct batch *b)
{
	*b = (struct batch){.n = 0};
	loop_job_init(&b->run, on_end_of_turn);
}

static void
forget(struct letter *l)
{
	while (l) {
		struct letter *next = after(l);

		broadcast_unref(l->broadcast); /* and l with it */
		l = next;
	}
}

void
batch_fini(struct batch *b)
{
	loop_job_cancel(&b->run);
	forget(b->first);
	batch_init(b);
}

/* --- delivering -------------------------------------------------------------------------- */

/* One by one to s, which was seen by the broadcast of that number last; before: the number of
 * the last one before first. */
static void
deliver_each(const struct letter *first, uint64_t before, uint64_t seen, struct socket *s)
{
	for (const struct letter *l = first; l; l = after(l))
		if (++before > seen)
			socket_deliver(s, l->broadcast->message, false);
}

struct walk {
	struct hub *hub;
	const struct letter *first;
	uint64_t before; /* the number of the last broadcast before first */
	uint32_t n;
	uint64_t delivered_n;
	bool is_made[WIRE_N];
	struct frame *whole[WIRE_N]; /* all messages as one; NULL: they cannot be */
};

static struct frame *
make_whole(const struct walk *w, enum wire wire)
{
	struct frame *parts[BATCH_N_MAX];
	size_t n = 0;

	for (const struct letter *l = w->first; l; l = after(l)) {
		const struct frames *f = message_frames(l->broadcast->message, wire);

		if (!f || f->n != 1) /* attachments follow their text */
			return NULL;
		parts[n++] = f->frame[0];
	}
	return n == 1 ? frame_ref(parts[0]) : frame_join_all(parts, n);
}

static bool
wants_all(const struct walk *w, const struct socket *s)
{
	for (const struct letter *l = w->first; s->ops->wants && l; l = after(l))
		if (!s->ops->wants(s, l->broadcast->message))
			return false;
	return true;
}

/* False: one by one, then each has its own way and its own failure. */
static bool
deliver_whole(struct walk *w, struct socket *s)
{
	struct websocket *to = socket_direct(s);

	if (!to || !wants_all(w, s))
		return false;
	if (!w->is_made[s->wire]) {
		w->is_made[s->wire] = true;
		w->whole[s->wire] = make_whole(w, s->wire);
	}
	return w->whole[s->wire] &&
	       websocket_send_joined(to, w->whole[s->wire], w->n) == 0;
}

static void
deliver(void *arg, struct socket *s)
{
	struct walk *w = arg;
	uint64_t seen = s->round;

	s->round = w->hub->round;
	if (seen <= w->before && deliver_whole(w, s))
		w->delivered_n += w->n;
	else
		deliver_each(w->first, w->before, seen, s);
}

void
batch_run(struct hub *h)
{
	struct batch *b = &h->batch;
	struct walk w = {
		.hub = h, .first = b->first, .before = h->round - b->n, .n = b->n};

	if (!b->n)
		return;
	b->first = b->last = NULL;
	b->n = 0;
	loop_job_cancel(&b->run);
	audience_each(h, &w.first->broadcast->to, deliver, &w);
	counter_add(&h->loop->counters, COUNTER_DELIVERIES, w.delivered_n);
	for (int i = 0; i < WIRE_N; i++)
		frame_unref(w.whole[i]);
	forget((struct letter *)(uintptr_t)w.first);
}

void
batch_settle(struct socket *s)
{
	struct hub *h = s->hub;
	uint64_t seen = s->round;

	if (!h->batch.n || seen >= h->round)
		return;
	s->round = h->round; /* first: delivering asks for settling, too */
	if (audience_has(&h->batch.first->broadcast->to, s))
		deliver_each(h->batch.first, h->round - h->batch.n, seen, s);
}

/* --- collecting -------------------------------------------------------------------------- */

static bool
is_same(const struct target *a, const struct target *b)
{
	if (a->rooms_n != b->rooms_n || !str_eq(a->nsp, b->nsp))
		return false;
	for (size_t i = 0; i < a->rooms_n; i++)
		if (!str_eq(a->rooms[i], b->rooms[i]))
			return false;
	return true;
}

/* What came before it is to get; the next broadcast has seen it then. */
static void
pass_over(void *arg, struct socket *s)
{
	(void)arg;
	batch_settle(s);
	s->round = s->hub->round + 1;
}

void
batch_add(struct hub *h, struct letter *l)
{
	struct batch *b = &h->batch;
	const struct target *to = &l->broadcast->to;

	if (b->n == BATCH_N_MAX || (b->n && !is_same(&b->first->broadcast->to, to)))
		batch_run(h);
	audience_each_excepted(h, to, pass_over, NULL);
	h->round++;
	l->mail.next = NULL;
	if (b->n++) {
		counter_add(&h->loop->counters, COUNTER_BROADCASTS_JOINED, 1);
		b->last->mail.next = &l->mail;
	} else {
		b->first = l;
		loop_at_end_first(h->loop, &b->run);
	}
	b->last = l;
}
