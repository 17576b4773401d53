/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One block of memory for all loops: the target, what is to be done, and a letter for each
 * loop. The sender's own loop takes it at once, the others when the letter arrives: then it is
 * delivered together with what goes to the same rooms (batch.h), or acted upon.
 */
#include "base/errors.h"
#include "base/spare.h"
#include "hub/audience.h"
#include "hub/batch.h"
#include "hub/broadcast_inside.h"
#include "hub/hub_inside.h"
#include "hub/namespace.h"
#include "hub/permit.h"
#include "hub/socket_inside.h"
#include "hub/tally.h"

static void
drop(struct broadcast *b)
{
	spare_give(b, b->bytes);
}

void
broadcast_unref(struct broadcast *b)
{
	if (atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (b->to.tally)
		tally_end(b->to.tally);
	message_unref(b->message);
	drop(b);
}

static void
act(const struct broadcast *b, struct socket *s)
{
	enum reach reach = REACH_DELIVERED;

	switch (b->deed) {
	case EMIT:
		reach = socket_deliver(s, b->message, b->to.is_volatile);
		break;
	case JOIN:
		s->is_announced = b->to.is_announced;
		if (socket_join(s, b->room))
			socket_disconnect(s, true); /* a promise that cannot be kept */
		s->is_announced = false;
		break;
	case LEAVE:
		s->is_announced = b->to.is_announced;
		socket_leave(s, b->room);
		s->is_announced = false;
		break;
	case DISCONNECT:
		if (b->close_transport)
			socket_expel(s, b->code, b->room);
		else
			socket_disconnect(s, false);
		break;
	}
	if (b->to.tally)
		tally_add(b->to.tally, s, reach);
}

/* --- on one loop ------------------------------------------------------------------------- */

struct copy {
	struct socket **sockets;
	size_t n;
};

static void
pass_over(void *arg, struct socket *s)
{
	(void)arg;
	s->round = s->hub->round;
}

static void
emit(void *arg, struct socket *s)
{
	s->round = s->hub->round;
	act(arg, s);
}

static void
collect(void *arg, struct socket *s)
{
	struct copy *copy = arg;

	s->round = s->hub->round;
	copy->sockets[copy->n++] = s;
}

/* Emitting changes no list, so it walks them as they are; the other deeds do and get a copy. */
static void
act_at_once(struct hub *h, struct broadcast *b)
{
	struct namespace *nsp = namespace_find(h, b->to.nsp);
	struct copy copy = {NULL, 0};

	if (!nsp)
		return;
	batch_run(h);
	h->round++;
	audience_each_excepted(h, &b->to, pass_over, NULL);
	if (b->deed == EMIT) {
		audience_each(h, &b->to, emit, b);
		return;
	}
	copy.sockets = arena_alloc(&h->loop->arena,
				   (nsp->n + 1) * sizeof(struct socket *));
	if (copy.sockets)
		audience_each(h, &b->to, collect, &copy);
	for (size_t i = 0; i < copy.n; i++)
		act(b, copy.sockets[i]);
}

/* What has to look at a member as it is now, or to tell whom it reached, is done at once. Owns:
 * takes over the reference of l. */
static void
take(struct hub *h, struct letter *l)
{
	struct broadcast *b = l->broadcast;

	if (b->offset.number)
		recovery_note(h, b->offset, &b->to, b->message);
	if (b->deed == EMIT && !b->to.is_volatile && !b->to.tally) {
		batch_add(h, l);
		return;
	}
	act_at_once(h, b);
	broadcast_unref(b);
}

static void
on_letter(struct loop *l, struct mail *m)
{
	struct letter *letter = CONTAINER_OF(m, struct letter, mail);

	take(letter->broadcast->all->hub[l->id], letter);
}

/* --- to all loops ------------------------------------------------------------------------ */

/* Letters, then the lists of names, then the texts, in one block. */
static struct broadcast *
broadcast_new(struct hubs *all, const struct target *to, enum deed deed, struct str room)
{
	size_t names_n = to->rooms_n + to->except_n, text = to->nsp.len + room.len, bytes;
	struct broadcast *b;
	struct str *names;
	char *at;

	for (size_t i = 0; i < names_n; i++)
		text += (i < to->rooms_n ? to->rooms[i] : to->except[i - to->rooms_n])
				.len;
	bytes = sizeof(*b) + all->n * sizeof(struct letter) +
		names_n * sizeof(struct str) + text;
	b = spare_take(bytes);
	if (!b)
		return NULL;
	*b = (struct broadcast){.bytes = bytes, .all = all, .deed = deed, .to = *to};
	atomic_init(&b->refs, 1);
	names = (struct str *)(void *)&b->letters[all->n];
	at = (char *)(names + names_n);
	for (size_t i = 0; i < names_n; i++)
		names[i] = str_put(&at, i < to->rooms_n ? to->rooms[i]
							: to->except[i - to->rooms_n]);
	b->to.nsp = str_put(&at, to->nsp);
	b->to.rooms = names;
	b->to.except = names + to->rooms_n;
	b->room = str_put(&at, room);
	return b;
}

static void
send_out(struct broadcast *b, struct hub *from)
{
	if (b->to.tally)
		tally_begin(b->to.tally);
	atomic_fetch_add_explicit(&b->refs, (unsigned)b->all->n, memory_order_relaxed);
	for (size_t i = 0; i < b->all->n; i++) {
		b->letters[i] = (struct letter){.mail.deliver = on_letter,
						.broadcast = b};
		if (b->all->hub[i] != from)
			loop_post(b->all->hub[i]->loop, &b->letters[i].mail);
	}
	if (from)
		take(from, &b->letters[from->loop->id]);
	broadcast_unref(b);
}

/* The room that clients are told when the message names none: the one open room it goes to. */
static struct str
only_room(const struct target *to)
{
	struct str only = {NULL, 0};

	for (size_t i = 0; i < to->rooms_n; i++) {
		if (permit_is_closed(to->rooms[i]))
			continue;
		if (only.len)
			return (struct str){NULL, 0};
		only = to->rooms[i];
	}
	return only;
}

/* The message, with an offset where clients may recover and it has to reach them. */
static int
write_message(struct broadcast *b, struct hub *from, const struct event_out *event)
{
	struct event_out full = *event;
	char text[RECOVERY_OFFSET_BYTES];

	if (!full.wall_ms)
		full.wall_ms = from ? from->loop->wall_ms : clock_system.wall_ms(NULL);
	if (!full.room.len && str_eq(b->to.nsp, STR("/")))
		full.room = only_room(&b->to);
	if (b->offset.number)
		full.offset = recovery_offset_text(b->offset, text);
	b->message = message_new(b->to.nsp, &full);
	return b->message ? 0 : -E_NOMEM;
}

int
hub_broadcast(struct hubs *all, struct hub *from, const struct target *to,
	      const struct event_out *event)
{
	struct broadcast *b = broadcast_new(all, to, EMIT, (struct str){NULL, 0});
	bool recovers = all->hub[0]->recovery && !to->is_volatile;
	int error;

	if (!b)
		return -E_NOMEM;
	if (recovers)
		b->offset = recovery_send(all, from);
	error = write_message(b, from, event);
	if (error) {
		drop(b);
	} else {
		if (from)
			counter_add(&from->loop->counters, COUNTER_BROADCASTS, 1);
		send_out(b, from);
	}
	if (recovers)
		recovery_sent(all, from, !error);
	return error;
}

static int
move_all(struct hubs *all, struct hub *from, const struct target *to, enum deed deed,
	 struct str room, bool close_transport)
{
	struct broadcast *b = broadcast_new(all, to, deed, room);

	if (!b)
		return -E_NOMEM;
	b->close_transport = close_transport;
	send_out(b, from);
	return 0;
}

int
hub_join_all(struct hubs *all, struct hub *from, const struct target *to, struct str room)
{
	return move_all(all, from, to, JOIN, room, false);
}

int
hub_leave_all(struct hubs *all, struct hub *from, const struct target *to,
	      struct str room)
{
	return move_all(all, from, to, LEAVE, room, false);
}

int
hub_expel_all(struct hubs *all, struct hub *from, const struct target *to, int code,
	      struct str reason)
{
	struct broadcast *b = broadcast_new(all, to, DISCONNECT, reason);

	if (!b)
		return -E_NOMEM;
	b->close_transport = true;
	b->code = code;
	send_out(b, from);
	return 0;
}

int
hub_disconnect_all(struct hubs *all, struct hub *from, const struct target *to,
		   bool close_transport)
{
	return move_all(all, from, to, DISCONNECT, (struct str){NULL, 0},
			close_transport);
}
