/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One block of memory for all loops: the target, what is to be done, and a letter for each
 * loop. The sender's own loop acts at once, the others when the letter arrives.
 */
#include "base/errors.h"
#include "base/spare.h"
#include "hub/hub_inside.h"
#include "hub/namespace.h"
#include "hub/permit.h"
#include "hub/recovery.h"
#include "hub/socket_inside.h"
#include "hub/tally.h"

enum deed { EMIT, JOIN, LEAVE, DISCONNECT };

struct letter {
	struct mail mail;
	struct broadcast *broadcast;
};

struct broadcast {
	atomic_uint refs;
	size_t bytes; /* of all this */
	struct hubs *all;
	enum deed deed;
	struct target to;
	struct message *message;       /* EMIT */
	struct recovery_offset offset; /* EMIT; number 0: it has none */
	struct str room;               /* JOIN, LEAVE; the reason of a DISCONNECT */
	bool close_transport;          /* DISCONNECT */
	int code;                      /* with which it is closed; 0: the dialect's own */
	struct letter letters[];
};

static void
drop(struct broadcast *b)
{
	spare_give(b, b->bytes);
}

static void
unref(struct broadcast *b)
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

/* The socket called name, when a room's name is a socket's id. */
static struct socket *
socket_called(struct hub *h, const struct namespace *nsp, struct str name)
{
	struct socket *s = name.len == SOCKET_ID_BYTES ? hub_find_socket(h, name) : NULL;

	return s && s->nsp == nsp ? s : NULL;
}

static void
mark_excepted(struct hub *h, struct namespace *nsp, const struct target *to)
{
	for (size_t i = 0; i < to->except_n; i++) {
		struct socket *s = socket_called(h, nsp, to->except[i]);
		struct room *room = keymap_get(&nsp->rooms, to->except[i]);

		if (s)
			s->round = h->round;
		for (uint32_t j = 0; room && j < room->n; j++)
			room->members[j].socket->round = h->round;
	}
}

static inline bool
is_new(struct hub *h, struct socket *s)
{
	if (s->round == h->round || s->state != SOCKET_CONNECTED)
		return false;
	s->round = h->round;
	return true;
}

enum { FETCH_CONN = 3, FETCH_WEBSOCKET = 6, FETCH_SOCKET = 9 };

/* Delivering is waiting for memory, mostly: have what the next members need on its way. */
static inline void
fetch_ahead(const struct member *m, uint32_t left)
{
	if (left <= FETCH_SOCKET)
		return;
	__builtin_prefetch(m[FETCH_SOCKET].socket);
	__builtin_prefetch(m[FETCH_WEBSOCKET].socket->direct);
	if (m[FETCH_CONN].socket->direct)
		websocket_fetch(m[FETCH_CONN].socket->direct);
}

/* Whom the target reaches here, each once. Emitting changes no list, so it walks them as they
 * are; the other deeds do and get a copy. */
static size_t
each_target(struct hub *h, const struct broadcast *b, struct socket **copy)
{
	struct namespace *nsp = namespace_find(h, b->to.nsp);
	size_t n = 0;

	if (!nsp)
		return 0;
	h->round++;
	mark_excepted(h, nsp, &b->to);
	for (uint32_t i = 0; b->to.rooms_n == 0 && i < nsp->n; i++) {
		struct socket *s = nsp->sockets[i];

		if (!is_new(h, s))
			continue;
		if (copy)
			copy[n++] = s;
		else
			act(b, s);
	}
	for (size_t r = 0; r < b->to.rooms_n; r++) {
		struct room *room = keymap_get(&nsp->rooms, b->to.rooms[r]);
		struct socket *own = socket_called(h, nsp, b->to.rooms[r]);

		for (uint32_t i = 0; i < (room ? room->n : 0) + (own != NULL); i++) {
			struct socket *s = room && i < room->n ? room->members[i].socket
							       : own;

			if (room && !copy && i < room->n)
				fetch_ahead(&room->members[i], room->n - i);
			if (!is_new(h, s))
				continue;
			if (copy)
				copy[n++] = s;
			else
				act(b, s);
		}
	}
	return n;
}

static void
run(struct hub *h, const struct broadcast *b)
{
	struct namespace *nsp = namespace_find(h, b->to.nsp);
	struct socket **copy;
	size_t n;

	if (b->offset.number)
		recovery_note(h, b->offset, &b->to, b->message);
	if (!nsp)
		return;
	if (b->deed == EMIT) {
		each_target(h, b, NULL);
		return;
	}
	copy = arena_alloc(&h->loop->arena, (nsp->n + 1) * sizeof(struct socket *));
	n = copy ? each_target(h, b, copy) : 0;
	for (size_t i = 0; i < n; i++)
		act(b, copy[i]);
}

static void
on_letter(struct loop *l, struct mail *m)
{
	struct broadcast *b = CONTAINER_OF(m, struct letter, mail)->broadcast;

	run(b->all->hub[l->id], b);
	unref(b);
}

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
	for (size_t i = 0; i < b->all->n; i++) {
		if (b->all->hub[i] == from)
			continue;
		b->letters[i] = (struct letter){.mail.deliver = on_letter,
						.broadcast = b};
		atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
		loop_post(b->all->hub[i]->loop, &b->letters[i].mail);
	}
	if (from)
		run(from, b);
	unref(b);
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
