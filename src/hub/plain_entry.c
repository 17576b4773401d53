/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/plain_entry.h"

#include "base/errors.h"
#include "base/spare.h"
#include "config/config.h"
#include "hub/people.h"
#include "hub/permit.h"
#include "hub/speaker_filter.h"

struct plain_entry {
	size_t bytes;            /* of all this */
	struct speaker *speaker; /* NULL: gone */
	enum verb_kind kind;
	bool is_refused;
	bool is_asking, is_answered; /* whoever is asked has not returned, has answered */
	size_t n, at;
	struct buf allowed; /* names that were, as JSON without brackets */
	struct str names, employee, start, end; /* JSON of the message */
	struct str rooms[];
};

int
plain_entry_room(const struct speaker *sp, struct str name, struct str *room_out)
{
	struct buf room = BUF_INIT;
	int error = 0;

	dialect_room(sp->session->dialect, name, &room);
	if (room.failed)
		error = -E_NOMEM;
	else if (room.len > ROOM_NAME_BYTES_MAX)
		error = -E_TOO_LARGE;
	else if (!memchr(room.data + 1, ':', room.len - 1) ||
		 room.data[room.len - 1] == ':')
		error = -E_ARGUMENT;
	if (!error) {
		*room_out = arena_copy(&sp->hub->loop->arena, buf_str(&room));
		error = room_out->ptr ? 0 : -E_NOMEM;
	}
	buf_fini(&room);
	return error;
}

static void
fail(struct speaker *sp, int error, enum verb_kind kind, struct words *words)
{
	plain_session_fail(sp->session, error, kind, words);
}

/* --- the end of it ----------------------------------------------------------------------- */

static int
enter(struct speaker *sp, struct plain_entry *e, struct str room)
{
	const struct dialect *d = sp->session->dialect;

	if (e->kind == VERB_JOIN)
		return people_enter(sp->socket, room);
	if (!socket_is_in(sp->socket, room) && socket_join(sp->socket, room))
		return -E_NOMEM;
	return speaker_filter_set(sp, str_skip(room, strlen(d->prefix)), e->employee,
				  e->start, e->end);
}

/* Would it be in too many rooms? Its own do not count. */
static bool
is_full(const struct speaker *sp, const struct plain_entry *e)
{
	uint32_t most = sp->session->mount->subscriptions_n;
	struct str room;
	size_t have = 0, new = 0, at = 0;

	while (socket_each_room(sp->socket, &at, &room))
		have += !permit_is_closed(room) && !str_has_prefix(room, STR("company:"));
	for (size_t i = 0; i < e->n; i++)
		new += !socket_is_in(sp->socket, e->rooms[i]);
	return most && new &&have + new > most;
}

static void
add_claimed(const struct speaker *sp, struct buf *out)
{
	struct str name;
	size_t at = 0;

	while (identity_each(sp->socket->who, CLAIM_EVENTS, &at, &name)) {
		if (out->len > 1)
			buf_add_char(out, ',');
		json_quote(out, name);
	}
}

static void
refuse(struct speaker *sp, struct plain_entry *e)
{
	struct words words = {.names = e->names};
	struct buf allowed = BUF_INIT;

	buf_add_char(&allowed, '[');
	add_claimed(sp, &allowed);
	if (e->allowed.len && allowed.len > 1)
		buf_add_char(&allowed, ',');
	buf_add_str(&allowed, buf_str(&e->allowed));
	buf_add_char(&allowed, ']');
	if (!allowed.failed)
		words.allowed = buf_str(&allowed);
	fail(sp, -E_FORBIDDEN, e->kind, &words);
	buf_fini(&allowed);
}

static void
settle(struct speaker *sp, struct plain_entry *e)
{
	struct words words = speaker_words(sp);
	int error = e->is_refused ? -E_FORBIDDEN : is_full(sp, e) ? -E_TOO_MANY_ROOMS : 0;

	for (size_t i = 0; !error && i < e->n; i++)
		error = enter(sp, e, e->rooms[i]);
	words.names = e->names;
	if (e->n)
		words.room = e->rooms[0];
	if (error == -E_FORBIDDEN)
		refuse(sp, e);
	else if (error)
		fail(sp, error, e->kind, NULL);
	else if (e->kind == VERB_JOIN)
		plain_session_reply(sp->session, REPLY_JOINED, &words);
	else if (sp->session->mount->confirm)
		plain_session_reply(sp->session, REPLY_SUBSCRIBED, &words);
	if (!error)
		speaker_greet(sp);
}

static void
finish(struct plain_entry *e)
{
	struct speaker *sp = e->speaker;

	if (sp) {
		sp->entry = NULL;
		settle(sp, e);
		if (sp->session && sp->session->is_held)
			plain_session_hold(sp->session, false);
	}
	buf_fini(&e->allowed);
	spare_give(e, e->bytes);
}

/* --- room by room ------------------------------------------------------------------------ */

static void ask_next(struct plain_entry *e);

/* A room that the claims grant is in the claims' list already. */
static void
take_verdict(struct plain_entry *e, bool is_allowed, bool is_granted)
{
	const struct speaker *sp = e->speaker;
	struct str room = e->rooms[e->at++];

	if (!is_allowed) {
		e->is_refused = true;
		return;
	}
	if (!is_granted)
		return;
	if (e->allowed.len)
		buf_add_char(&e->allowed, ',');
	json_quote(&e->allowed, str_skip(room, strlen(sp->session->dialect->prefix)));
}

static void
on_verdict(void *arg, enum hub_verdict verdict)
{
	struct plain_entry *e = arg;

	e->is_answered = true;
	if (e->speaker && verdict == HUB_DROPPED)
		plain_entry_forget(e->speaker);
	if (e->speaker)
		take_verdict(e, verdict == HUB_YES, true);
	if (!e->is_asking) /* else who asked goes on: no answer may cost stack */
		ask_next(e);
}

/* Returns true when it was answered at once. */
static bool
ask(struct plain_entry *e, struct str room)
{
	struct speaker *sp = e->speaker;
	struct hub *h = sp->hub;

	plain_session_hold(sp->session, true); /* what comes meanwhile waits */
	e->is_asking = true;
	e->is_answered = false;
	h->up->may_join(h->up_state, h, sp->socket->who, room, on_verdict, e);
	e->is_asking = false;
	return e->is_answered;
}

static void
ask_next(struct plain_entry *e)
{
	while (e->speaker && e->at < e->n) {
		const struct speaker *sp = e->speaker;
		struct str room = e->rooms[e->at];

		if (permit_room(sp->socket->who, room) || socket_is_in(sp->socket, room))
			take_verdict(e, true, false);
		else if (permit_is_closed(room) || !sp->hub->up->may_join)
			take_verdict(e, false, false);
		else if (!ask(e, room))
			return;
	}
	finish(e);
}

/* --- the beginning ----------------------------------------------------------------------- */

static size_t
count_names(const struct verb *v)
{
	struct json_walk walk;
	struct str value;
	size_t n = 0;

	if (v->kind == VERB_JOIN)
		return 1;
	if (!v->slots[SLOT_NAMES].ptr)
		return 0;
	walk = json_walk(v->slots[SLOT_NAMES]);
	while (json_next(&walk, &value))
		n++;
	return n;
}

/* One block for the entry, the rooms and the texts. A list that is longer than what there may
 * be at all is not even read. */
static int
make(struct speaker *sp, const struct verb *v, struct plain_entry **out)
{
	static const enum verb_slot kept[] = {SLOT_NAMES, SLOT_EMPLOYEE, SLOT_START,
					      SLOT_END};
	uint32_t most = sp->session->mount->subscriptions_n;
	size_t n = count_names(v), size;
	struct json_walk walk = json_walk(v->slots[SLOT_NAMES]);
	struct str *rooms, value;
	struct plain_entry *e;
	char *at;
	int error;

	if (most && n > most)
		return -E_TOO_MANY_ROOMS;
	if (v->slots[SLOT_EMPLOYEE].len > ROOM_NAME_BYTES_MAX)
		return -E_TOO_LARGE; /* kept once for each name */
	rooms = arena_alloc(&sp->hub->loop->arena, (n + 1) * sizeof(rooms[0]));
	error = rooms ? 0 : -E_NOMEM;
	size = sizeof(*e) + n * sizeof(e->rooms[0]);
	for (size_t i = 0; !error && i < n; i++) {
		if (v->kind == VERB_JOIN)
			value = v->slots[SLOT_ROOM];
		else
			json_next(&walk, &value);
		error = plain_entry_room(
			sp, plain_value_text(value, &sp->hub->loop->arena), &rooms[i]);
		size += error ? 0 : rooms[i].len;
	}
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		size += v->slots[kept[i]].len;
	if (error)
		return error;
	*out = e = spare_zeros(size);
	if (!e)
		return -E_NOMEM;
	e->bytes = size;
	e->speaker = sp;
	e->kind = v->kind;
	e->n = n;
	at = (char *)&e->rooms[n];
	for (size_t i = 0; i < n; i++)
		e->rooms[i] = str_put(&at, rooms[i]);
	e->names = str_put(&at, v->slots[SLOT_NAMES]);
	e->employee = str_put(&at, v->slots[SLOT_EMPLOYEE]);
	e->start = str_put(&at, v->slots[SLOT_START]);
	e->end = str_put(&at, v->slots[SLOT_END]);
	return 0;
}

void
plain_entry_begin(struct speaker *sp, const struct verb *v)
{
	struct plain_entry *e;
	int error = make(sp, v, &e);

	if (error) {
		fail(sp, error, v->kind, NULL);
		return;
	}
	sp->entry = e;
	ask_next(e);
}

void
plain_entry_forget(struct speaker *sp)
{
	if (sp->entry)
		sp->entry->speaker = NULL;
	sp->entry = NULL;
}

/* --- once more --------------------------------------------------------------------------- */

struct doubt {
	struct hub *hub;
	char sid[SOCKET_ID_BYTES];
	struct str room;
	char text[];
};

static void
leave_behind(struct socket *s, struct str room)
{
	struct speaker *sp = speaker_of(s);
	struct words words = speaker_words(sp);
	struct buf names = BUF_INIT;
	size_t prefix_n = strlen(sp->session->dialect->prefix);

	if (!socket_is_in(s, room))
		return;
	buf_add_char(&names, '[');
	json_quote(&names, str_skip(room, room.len > prefix_n ? prefix_n : 0));
	buf_add_char(&names, ']');
	words.room = room;
	words.names = buf_str(&names);
	plain_session_reply(sp->session, REPLY_LEFT_BEHIND, &words);
	socket_leave(s, room);
	buf_fini(&names);
}

static void
on_doubt(void *arg, enum hub_verdict verdict)
{
	struct doubt *doubt = arg;
	struct socket *s = NULL;

	if (verdict == HUB_NO)
		s = hub_find_socket(doubt->hub,
				    (struct str){doubt->sid, sizeof(doubt->sid)});
	if (s && speaker_of(s)->session)
		leave_behind(s, doubt->room);
	spare_give(doubt, sizeof(*doubt) + doubt->room.len);
}

static void
check(struct speaker *sp, struct str room)
{
	struct hub *h = sp->hub;
	struct doubt *doubt;

	if (permit_is_closed(room) || permit_room(sp->socket->who, room))
		return;
	doubt = spare_zeros(sizeof(*doubt) + room.len);
	if (!doubt) {
		socket_leave(sp->socket, room);
		return;
	}
	doubt->hub = h;
	memcpy(doubt->sid, sp->socket->id, sizeof(doubt->sid));
	memcpy(doubt->text, room.ptr, room.len);
	doubt->room = (struct str){doubt->text, room.len};
	if (h->up->may_join)
		h->up->may_join(h->up_state, h, sp->socket->who, doubt->room, on_doubt,
				doubt);
	else
		on_doubt(doubt, HUB_NO);
}

void
plain_entry_check_again(struct speaker *sp)
{
	struct arena *a = &sp->hub->loop->arena;
	size_t n = sp->socket->rooms.n, at = 0;
	struct str *rooms = arena_alloc(a, (n + 1) * sizeof(rooms[0]));

	/* leaving changes the list: walk a copy */
	for (size_t i = 0; rooms && i < n; i++) {
		socket_each_room(sp->socket, &at, &rooms[i]);
		rooms[i] = arena_copy(a, rooms[i]);
	}
	for (size_t i = 0; rooms && i < n && sp->session; i++)
		if (rooms[i].ptr)
			check(sp, rooms[i]);
}
