/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plain connection asks for, done: one function for each verb, whatever the dialect. */
#include "base/errors.h"
#include "base/random.h"
#include "config/config.h"
#include "hub/people.h"
#include "hub/permit.h"
#include "hub/plain_entry.h"
#include "hub/presence.h"
#include "hub/speaker_filter.h"
#include "hub/speaker_inside.h"
#include "hub/typing.h"
#include "proto/base64.h"

static struct arena *
arena_of(const struct speaker *sp)
{
	return &sp->hub->loop->arena;
}

/* The room that the message names. False: there is no such, and the client knows. */
static bool
room_of(struct speaker *sp, const struct verb *v, struct str *room_out)
{
	int error = plain_entry_room(sp, plain_text(v, SLOT_ROOM, arena_of(sp)),
				     room_out);

	if (error)
		plain_session_fail(sp->session, error, v->kind, NULL);
	return !error;
}

static bool
member_of(struct speaker *sp, const struct verb *v, struct str *room_out)
{
	if (!room_of(sp, v, room_out))
		return false;
	if (socket_is_in(sp->socket, *room_out))
		return true;
	plain_session_fail(sp->session, -E_NOT_MEMBER, v->kind, NULL);
	return false;
}

static void
ping(struct speaker *sp, const struct verb *v)
{
	struct words words = speaker_words(sp);

	(void)v;
	plain_session_reply(sp->session, REPLY_PONG, &words);
}

static void
pong(struct speaker *sp, const struct verb *v)
{
	(void)sp; /* the session below has seen it */
	(void)v;
}

static void
leave(struct speaker *sp, const struct verb *v)
{
	struct words words = speaker_words(sp);
	struct str room;

	if (!room_of(sp, v, &room))
		return;
	if (permit_is_closed(room)) {
		plain_session_fail(sp->session, -E_NOT_MEMBER, v->kind, NULL);
		return;
	}
	typing_clear(sp, room);
	people_exit(sp->socket, room);
	words.room = room;
	plain_session_reply(sp->session, REPLY_LEFT, &words);
}

/* All of the dialect's own rooms, when the message names none. */
static void
leave_all_names(struct speaker *sp)
{
	const struct dialect *d = sp->session->dialect;
	struct str room;
	size_t at = 0;

	/* the last one takes the place of one that is left */
	while (socket_each_room(sp->socket, &at, &room))
		if (str_has_prefix(room, str_from(d->prefix))) {
			socket_leave(sp->socket, room);
			at--;
		}
	speaker_filter_drop_all(sp);
}

static void
unsubscribe(struct speaker *sp, const struct verb *v)
{
	struct words words = speaker_words(sp);
	struct json_walk walk;
	struct str value, name, room;

	if (v->slots[SLOT_NAMES].ptr) {
		walk = json_walk(v->slots[SLOT_NAMES]);
		while (json_next(&walk, &value)) {
			name = plain_value_text(value, arena_of(sp));
			if (plain_entry_room(sp, name, &room) ||
			    !socket_is_in(sp->socket, room))
				continue;
			socket_leave(sp->socket, room);
			speaker_filter_drop(sp, name);
		}
	} else {
		leave_all_names(sp);
	}
	words.names = v->slots[SLOT_NAMES];
	if (sp->session->mount->confirm)
		plain_session_reply(sp->session, REPLY_UNSUBSCRIBED, &words);
}

static void
say(struct speaker *sp, const struct verb *v)
{
	unsigned char random[15];
	char id[BASE64_LEN(sizeof(random))], memory[512];
	struct buf data = buf_in(memory, sizeof(memory));
	struct target to = {.nsp = STR("/"), .rooms_n = 1};
	struct str room;

	if (!member_of(sp, v, &room))
		return;
	random_bytes(random, sizeof(random));
	buf_add_str(&data, STR("{\"content\":"));
	buf_add_str(&data, v->slots[SLOT_CONTENT]);
	buf_add_str(&data, STR(",\"username\":"));
	json_quote(&data, speaker_username(sp));
	buf_add_str(&data, STR(",\"user_id\":"));
	people_write_id(&data, speaker_user(sp));
	if (v->slots[SLOT_METADATA].ptr) {
		buf_add_str(&data, STR(",\"metadata\":"));
		buf_add_str(&data, v->slots[SLOT_METADATA]);
	}
	buf_add_char(&data, '}');
	to.rooms = &room;
	if (data.failed ||
	    hub_broadcast(
		    sp->hub->all, sp->hub, &to,
		    &(struct event_out){
			    .name = STR("message"),
			    .args = buf_str(&data),
			    .room = room,
			    .sender = speaker_username(sp),
			    .user = speaker_user(sp),
			    .email = speaker_words(sp).email,
			    .id = {id, base64url_encode(random, sizeof(random), id)}}))
		plain_session_fail(sp->session, -E_NOMEM, v->kind, NULL);
	buf_fini(&data);
}

static void
typing(struct speaker *sp, const struct verb *v)
{
	struct str room = STR("event:presence");
	int error = 0;

	if (!sp->session->dialect->says_user_typing && !member_of(sp, v, &room))
		return;
	if (!socket_is_in(sp->socket, room) && !permit_room(sp->socket->who, room))
		error = -E_FORBIDDEN;
	if (!error)
		error = typing_set(sp, room, v->slots[SLOT_CONTEXT],
				   json_is_true(v->slots[SLOT_FLAG]));
	if (error)
		plain_session_fail(sp->session, error, v->kind, NULL);
}

static void
tell_who(struct speaker *sp, const struct verb *v)
{
	struct words words = speaker_words(sp);
	struct buf users = BUF_INIT;

	if (!member_of(sp, v, &words.room))
		return;
	if (sp->hub->all->presence)
		presence_users(sp->hub->all->presence, words.room, &users);
	else
		buf_add_str(&users, STR("[]"));
	words.users = buf_str(&users);
	if (users.failed)
		plain_session_fail(sp->session, -E_NOMEM, v->kind, NULL);
	else
		plain_session_reply(sp->session, REPLY_WHO, &words);
	buf_fini(&users);
}

static void
read_notification(struct speaker *sp, const struct verb *v)
{
	const struct hubs *all = sp->hub->all;
	struct str id = plain_text(v, SLOT_ID, arena_of(sp));

	if (all->on_read)
		all->on_read(all->on_read_arg, sp->socket, id);
	else
		speaker_tell_read(sp->socket, id);
}

void
speaker_tell_read(struct socket *s, struct str notification_id)
{
	struct str user = identity_text(s->who, CLAIM_USER), own = socket_id(s), room;
	struct target to = {.nsp = STR("/"),
			    .rooms = &room,
			    .rooms_n = 1,
			    .except = &own,
			    .except_n = 1};
	struct buf name = BUF_INIT, data = BUF_INIT;
	char now[CLOCK_TEXT_BYTES];

	clock_text(s->hub->loop->wall_ms, now);
	buf_add_str(&name, STR("user:"));
	buf_add_str(&name, user);
	buf_add_str(&data, STR("{\"notification_id\":"));
	people_write_id(&data, notification_id);
	buf_add_str(&data, STR(",\"read_by\":"));
	people_write_id(&data, user);
	buf_add_str(&data, STR(",\"read_at\":\""));
	buf_add_str(&data, str_from(now));
	buf_add_str(&data, STR("\"}"));
	room = buf_str(&name);
	if (!name.failed && !data.failed)
		(void)!hub_broadcast(s->hub->all, s->hub, &to,
				     &(struct event_out){.name = STR("notification.read"),
							 .args = buf_str(&data),
							 .user = user});
	buf_fini(&name);
	buf_fini(&data);
}

void
speaker_on_verb(void *up, const struct verb *v)
{
	static const struct {
		void (*run)(struct speaker *sp, const struct verb *v);
		bool without_person; /* also before it is known who it is */
	} rows[] = {
		[VERB_PING] = {ping, true},
		[VERB_PONG] = {pong, true},
		[VERB_AUTH] = {speaker_renew, true},
		[VERB_JOIN] = {plain_entry_begin, false},
		[VERB_LEAVE] = {leave, false},
		[VERB_SUBSCRIBE] = {plain_entry_begin, false},
		[VERB_UNSUBSCRIBE] = {unsubscribe, false},
		[VERB_SAY] = {say, false},
		[VERB_TYPING] = {typing, false},
		[VERB_WHO] = {tell_who, false},
		[VERB_READ] = {read_notification, false},
	};
	struct speaker *sp = up;

	/* a topics client says who it is when it subscribes, and may say so again */
	if (sp->session->dialect->logs_in && v->kind == VERB_SUBSCRIBE &&
	    !speaker_log_in(sp, v))
		return;
	if (!sp->socket && !rows[v->kind].without_person)
		plain_session_fail(sp->session, -E_LOGIN_REQUIRED, v->kind, NULL);
	else
		rows[v->kind].run(sp, v);
}
