/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest_chat.h"

#include "action/authorize.h"
#include "admin/rest_aim.h"
#include "admin/rest_publish.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/uuid.h"
#include "config/config.h"
#include "hub/census.h"
#include "hub/gather.h"
#include "hub/socket.h"
#include "proto/json.h"

static struct str
member(struct str object, const char *name)
{
	struct str value = STR("null");

	json_get(object, str_from(name), &value);
	return value;
}

/* --- mentions ----------------------------------------------------------------------------- */

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

bool
rest_mentions(struct str content, struct str username)
{
	const char *end = content.ptr + content.len, *at = content.ptr;

	while (username.len && (at = memchr(at, '@', (size_t)(end - at)))) {
		struct str rest = {at + 1, (size_t)(end - at - 1)};
		bool is_start = at == content.ptr || !is_word(at[-1]);

		if (is_start && str_has_prefix(rest, username) &&
		    (rest.len == username.len || !is_word(rest.ptr[username.len])))
			return true;
		at++;
	}
	return false;
}

/* A message on its way; lives in the call's arena. */
struct chat_message {
	struct rest_call *call;
	struct str room; /* the channel's */
	struct str content, author;
};

struct search {
	const struct chat_message *message;
	struct gather_part *out;
};

static void
look_at(void *arg, struct socket *s)
{
	struct search *search = arg;
	const struct identity *who = socket_identity(s);
	struct str user = identity_text(who, CLAIM_USER);

	if (!user.len || str_eq(user, search->message->author) ||
	    !rest_mentions(search->message->content, identity_text(who, CLAIM_USERNAME)))
		return;
	buf_add_str(&search->out->bytes, user);
	buf_add_char(&search->out->bytes, '\0');
}

/* Members of the channel on this loop that the message names. */
static void
ask_mentioned(struct hub *h, const void *arg, struct gather_part *out)
{
	struct search search = {.message = arg, .out = out};

	census_each_member(h, search.message->room, look_at, &search);
}

static bool
is_new(struct str seen, struct str user)
{
	for (struct str rest = seen; rest.len;
	     rest = str_skip(rest, strlen(rest.ptr) + 1))
		if (str_eq(str_from(rest.ptr), user))
			return false;
	return true;
}

/* Each person hears of it once, however many of its connections were found. */
static void
tell_mentioned(struct hubs *hubs, struct hub *from, const struct buf *data,
	       const struct gather_part *parts, size_t parts_n)
{
	struct buf seen = BUF_INIT, room = BUF_INIT;
	struct event_out event = {.name = STR("mention_notification"),
				  .args = buf_str(data)};
	bool is_lost = data->failed;

	for (size_t i = 0; i < parts_n; i++) {
		struct str rest = buf_str(&parts[i].bytes);

		for (; rest.len && !is_lost;
		     rest = str_skip(rest, strlen(rest.ptr) + 1)) {
			struct str user = str_from(rest.ptr), name;
			struct target to = {
				.nsp = STR("/"), .rooms = &name, .rooms_n = 1};

			if (!is_new(buf_str(&seen), user))
				continue;
			buf_add(&seen, user.ptr, user.len + 1);
			buf_clear(&room);
			buf_add_str(&room, STR("user:"));
			buf_add_str(&room, user);
			name = buf_str(&room);
			is_lost = seen.failed || room.failed ||
				  hub_broadcast(hubs, from, &to, &event);
		}
	}
	buf_fini(&seen);
	buf_fini(&room);
}

/* --- messages ----------------------------------------------------------------------------- */

/* The body, with what it may leave out. */
static void
write_message(const struct rest_call *c, const char *id, struct buf *out)
{
	char now[CLOCK_TEXT_BYTES];
	struct str value;

	clock_text(c->loop->wall_ms, now);
	buf_add_char(out, '{');
	if (!json_get(c->body, STR("id"), &value))
		buf_printf(out, "\"id\":\"%s\",", id);
	if (!json_get(c->body, STR("createdAt"), &value))
		buf_printf(out, "\"createdAt\":\"%s\",", now);
	if (!json_get(c->body, STR("updatedAt"), &value)) {
		buf_add_str(out, STR("\"updatedAt\":"));
		if (json_get(c->body, STR("createdAt"), &value))
			buf_printf(out, "%.*s,", STR_ARG(value));
		else
			buf_printf(out, "\"%s\",", now);
	}
	buf_add(out, c->body.ptr + 1, c->body.len - 1);
}

static void
write_mention(const struct rest_call *c, const char *id, struct buf *out)
{
	struct str value;

	buf_add_str(out, STR("{\"message_id\":"));
	if (json_get(c->body, STR("id"), &value))
		buf_add_str(out, value);
	else
		buf_printf(out, "\"%s\"", id);
	buf_printf(out, ",\"channel_id\":%.*s,\"content\":%.*s,\"from_user_id\":%.*s",
		   STR_ARG(member(c->body, "channelId")),
		   STR_ARG(member(c->body, "content")),
		   STR_ARG(member(c->body, "userId")));
	if (json_get(member(c->body, "user"), STR("username"), &value))
		buf_printf(out, ",\"from_username\":%.*s", STR_ARG(value));
	buf_add_char(out, '}');
}

static void
on_mentioned(void *arg, struct gather_part *parts, size_t parts_n)
{
	const struct chat_message *m = arg;
	struct rest_call *c = m->call;
	struct hubs *hubs = c->rest->hubs;
	struct hub *from = c->hub;
	struct buf data = BUF_INIT, mention = BUF_INIT;
	struct target to = {.nsp = STR("/"), .rooms = &m->room, .rooms_n = 1};
	struct event_out event = {
		.name = STR("new_message"),
		.room = m->room,
		.sender = rest_text(c, member(c->body, "user"), "username"),
		.user = m->author,
		.email = rest_text(c, member(c->body, "user"), "email"),
	};
	char id[UUID_TEXT_BYTES];

	uuid_text(c->loop->wall_ms, id);
	write_message(c, id, &data);
	write_mention(c, id, &mention);
	event.args = buf_str(&data);
	event.id = str_from(id);
	if (data.failed)
		rest_refuse(c, -E_NOMEM);
	else
		rest_tell(c, &to, &event, id);
	/* call and message may be gone; the mention comes behind what it is about */
	tell_mentioned(hubs, from, &mention, parts, parts_n);
	buf_fini(&data);
	buf_fini(&mention);
}

void
rest_message(struct rest_call *c)
{
	struct chat_message *m = arena_alloc(&c->arena, sizeof(*m));
	const struct gather mentioned = {ask_mentioned, on_mentioned, m};
	int error = -E_NOMEM;

	if (m)
		*m = (struct chat_message){
			.call = c,
			.room = rest_room(c,
					  "channel:", rest_text(c, c->body, "channelId")),
			.content = rest_text(c, c->body, "content"),
			.author = rest_text(c, c->body, "userId"),
		};
	c->body = arena_copy(&c->arena, c->body); /* it outlives the request */
	if (m && m->room.ptr && c->body.ptr)
		error = gather_start(c->rest->hubs, c->loop, &mentioned);
	if (error)
		rest_refuse(c, error);
}

void
rest_reaction(struct rest_call *c)
{
	struct str room = rest_room(c, "channel:", rest_text(c, c->body, "channel_id"));
	struct target to = {.nsp = STR("/"), .rooms = &room, .rooms_n = 1};
	char id[UUID_TEXT_BYTES];

	uuid_text(c->loop->wall_ms, id);
	rest_tell(c, &to,
		  &(struct event_out){.name = STR("message_reaction"),
				      .args = c->body,
				      .room = room,
				      .sender = rest_text(c, c->body, "username"),
				      .user = rest_text(c, c->body, "user_id")},
		  id);
}

/* --- channels ----------------------------------------------------------------------------- */

/* The others in the channel hear of it, not the person. */
static void
move(struct rest_call *c, struct str event_name,
     int (*deed)(struct hubs *, struct hub *, const struct target *, struct str))
{
	struct str person = rest_room(c, "user:", rest_text(c, c->body, "user_id"));
	struct str room = rest_room(c, "channel:", c->param), username;
	struct target who = {
		.nsp = STR("/"), .rooms = &person, .rooms_n = 1, .is_announced = true};
	struct target to = {.nsp = STR("/"),
			    .rooms = &room,
			    .rooms_n = 1,
			    .except = &person,
			    .except_n = 1};
	struct buf data = BUF_INIT;
	char id[UUID_TEXT_BYTES];
	/* who was moved may have other rights now */
	int error = authorize_forget(c->rest->actions, rest_text(c, c->body, "user_id"));

	if (!error)
		error = deed(c->rest->hubs, c->hub, &who, room);

	uuid_text(c->loop->wall_ms, id);
	buf_printf(&data, "{\"user_id\":%.*s,\"channel_id\":",
		   STR_ARG(member(c->body, "user_id")));
	json_quote(&data, c->param);
	if (json_get(c->body, STR("username"), &username))
		buf_printf(&data, ",\"username\":%.*s", STR_ARG(username));
	buf_add_char(&data, '}');
	if (!error && data.failed)
		error = -E_NOMEM;
	if (error)
		rest_refuse(c, error);
	else
		rest_tell(c, &to,
			  &(struct event_out){.name = event_name,
					      .args = buf_str(&data),
					      .room = room,
					      .sender = rest_text(c, c->body, "username"),
					      .user = rest_text(c, c->body, "user_id")},
			  id);
	buf_fini(&data);
}

void
rest_channel_join(struct rest_call *c)
{
	move(c, STR("user_joined"), hub_join_all);
}

void
rest_channel_leave(struct rest_call *c)
{
	move(c, STR("user_left"), hub_leave_all);
}
