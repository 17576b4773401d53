/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/people.h"

#include "base/errors.h"
#include "config/config.h"
#include "dialect/dialect.h"
#include "hub/device.h"
#include "hub/hub_inside.h"
#include "hub/permit.h"
#include "hub/presence.h"
#include "hub/socket_inside.h"
#include "proto/json.h"
#include "session/hello.h"

#include <stdlib.h>

/* Somebody whose coming and going is counted: a user in the main namespace. */
static bool
is_person(const struct socket *s)
{
	return s->hub->all->presence && str_eq(socket_nsp(s), STR("/")) &&
	       identity_text(s->who, CLAIM_USER).len;
}

static struct str
user_of(const struct socket *s)
{
	return identity_text(s->who, CLAIM_USER);
}

static struct str
username_of(const struct socket *s)
{
	struct str name = identity_text(s->who, CLAIM_USERNAME);

	return name.len ? name : user_of(s);
}

void
people_write_id(struct buf *out, struct str id)
{
	if (json_is_safe_integer(id))
		buf_add_str(out, id);
	else
		json_quote(out, id);
}

/* --- rooms ------------------------------------------------------------------------------- */

static void
tell_room(struct socket *s, struct str name, struct str room)
{
	struct str own = socket_id(s);
	struct target to = {.nsp = STR("/"),
			    .rooms = &room,
			    .rooms_n = 1,
			    .except = &own,
			    .except_n = 1};
	struct buf data = BUF_INIT;

	buf_add_str(&data, STR("{\"username\":"));
	json_quote(&data, username_of(s));
	buf_add_str(&data, STR(",\"user_id\":"));
	people_write_id(&data, user_of(s));
	buf_add_char(&data, '}');
	if (!data.failed)
		(void)!hub_broadcast(
			s->hub->all, s->hub, &to,
			&(struct event_out){.name = name,
					    .args = buf_str(&data),
					    .room = room,
					    .sender = username_of(s),
					    .user = user_of(s),
					    .wall_ms = s->hub->loop->wall_ms});
	buf_fini(&data);
}

int
people_join(struct socket *s, struct str room)
{
	bool is_first;
	int error;

	if (!permit_is_peopled(room) || !is_person(s))
		return 0;
	error = presence_join(s->hub->all->presence, room, user_of(s),
			      s->is_moving || s->is_announced, &is_first);
	if (!error && is_first && s->is_moving)
		tell_room(s, STR("user_joined"), room);
	return error;
}

void
people_leave(struct socket *s, struct str room)
{
	if (permit_is_peopled(room) && is_person(s) &&
	    presence_leave(s->hub->all->presence, room, user_of(s), s->is_moving) &&
	    !s->is_announced)
		tell_room(s, STR("user_left"), room);
}

int
people_enter(struct socket *s, struct str room)
{
	int error;

	s->is_moving = true;
	error = socket_join(s, room);
	s->is_moving = false;
	return error;
}

void
people_exit(struct socket *s, struct str room)
{
	s->is_moving = true;
	socket_leave(s, room);
	s->is_moving = false;
}

static int
join_named(struct socket *s, const char *prefix, struct str name)
{
	struct buf room = BUF_INIT;
	int error;

	buf_add_str(&room, str_from(prefix));
	buf_add_str(&room, name);
	error = room.failed ? -E_NOMEM : socket_join(s, buf_str(&room));
	buf_fini(&room);
	return error == -E_TOO_LARGE ? 0 : error; /* a name that no room can have */
}

int
people_join_channels(struct socket *s)
{
	const struct dialect *d = dialect_of_wire((enum wire)s->wire);
	struct str name;
	size_t at = 0;
	int error = 0;

	if (s->mount->dialect != DIALECT_ACTIONS && !(d && d->joins_channels))
		return 0;
	while (!error && identity_each(s->who, CLAIM_CHANNELS, &at, &name))
		if (!str_eq(name, STR("*")))
			error = join_named(s, "channel:", name);
	return error;
}

/* --- online and offline ------------------------------------------------------------------ */

/* Names of rooms, each with a zero behind it, and how many. */
struct names {
	struct buf text;
	size_t n;
};

static void
add_name(struct names *names, const char *prefix, struct str name)
{
	buf_add_str(&names->text, str_from(prefix));
	buf_add_str(&names->text, name);
	buf_add_char(&names->text, '\0');
	names->n++;
}

/* Where others see the person: the channels of the token, and the rooms it is in. */
static void
collect_rooms(const struct socket *s, struct names *names)
{
	struct str name;
	size_t at = 0;

	while (identity_each(s->who, CLAIM_CHANNELS, &at, &name))
		if (!str_eq(name, STR("*")))
			add_name(names, "channel:", name);
	for (at = 0; socket_each_room(s, &at, &name);)
		if (permit_is_peopled(name))
			add_name(names, "", name);
}

/* From no loop in particular: then every loop gets the news of all loops in the order in which
 * the presence table saw them, for this is called under its lock. */
static void
tell(const struct socket *s, struct str name, const struct str *rooms, size_t rooms_n,
     const struct buf *data)
{
	struct str own = socket_id(s);
	struct target to = {.nsp = STR("/"),
			    .rooms = rooms,
			    .rooms_n = rooms_n,
			    .except = &own,
			    .except_n = 1};

	if (rooms_n && !data->failed)
		(void)!hub_broadcast(
			s->hub->all, NULL, &to,
			&(struct event_out){.name = name,
					    .args = buf_str(data),
					    .sender = username_of(s),
					    .user = user_of(s),
					    .wall_ms = s->hub->loop->wall_ms});
}

/* What stands before a text, the text, and its quote; printf takes five times as long. */
static void
add_text(struct buf *out, const char *before, const char *text)
{
	buf_add_str(out, str_from(before));
	buf_add_str(out, str_from(text));
	buf_add_char(out, '"');
}

static void
tell_rooms(const struct socket *s, const char *status)
{
	struct names names = {BUF_INIT, 0};
	struct buf data = BUF_INIT;
	struct str *rooms, rest;

	collect_rooms(s, &names);
	rooms = arena_alloc(&s->hub->loop->arena, (names.n + 1) * sizeof(rooms[0]));
	rest = buf_str(&names.text);
	for (size_t i = 0; rooms && !names.text.failed && i < names.n; i++) {
		rooms[i] = str_from(rest.ptr);
		rest = str_skip(rest, rooms[i].len + 1);
	}
	buf_add_str(&data, STR("{\"user_id\":"));
	people_write_id(&data, user_of(s));
	add_text(&data, ",\"status\":\"", status);
	buf_add_char(&data, '}');
	if (rooms && !names.text.failed)
		tell(s, STR("user_status"), rooms, names.n, &data);
	buf_fini(&names.text);
	buf_fini(&data);
}

static void
tell_watchers(const struct socket *s, const char *old, const char *status)
{
	static const struct str presence = STR("event:presence"),
				employee = STR("event:employee");
	struct buf data = BUF_INIT;
	char now[CLOCK_TEXT_BYTES];

	clock_text(s->hub->loop->wall_ms, now);
	buf_add_str(&data, STR("{\"user_id\":"));
	people_write_id(&data, user_of(s));
	add_text(&data, ",\"status\":\"", status);
	add_text(&data, ",\"last_activity\":\"", now);
	buf_add_str(&data, STR(",\"device_info\":"));
	device_write(&data, s->ops->hello(s), s->mount->presence_address);
	buf_add_char(&data, '}');
	tell(s, STR("presence.status_update"), &presence, 1, &data);
	buf_clear(&data);
	buf_add_str(&data, STR("{\"employee_id\":"));
	people_write_id(&data, user_of(s));
	add_text(&data, ",\"status\":{\"old\":\"", old);
	add_text(&data, ",\"new\":\"", status);
	add_text(&data, "},\"last_seen\":\"", now);
	buf_add_char(&data, '}');
	tell(s, STR("employee.status_changed"), &employee, 1, &data);
	buf_fini(&data);
}

static void
on_first(void *arg)
{
	tell_rooms(arg, "online");
	tell_watchers(arg, "offline", "online");
}

static void
on_last(void *arg)
{
	tell_rooms(arg, "offline");
	tell_watchers(arg, "online", "offline");
}

int
people_arrive(struct socket *s)
{
	struct str company = identity_text(s->who, CLAIM_COMPANY);
	int error;

	if (!is_person(s))
		return 0;
	error = presence_arrive(s->hub->all->presence, user_of(s), s->hub->loop->wall_ms,
				on_first, s);
	if (error)
		return error;
	s->is_counted = true;
	error = join_named(s, "user:", user_of(s));
	if (!error && company.len)
		error = join_named(s, "company:", company);
	if (!error)
		error = people_join_channels(s);
	return error;
}

void
people_greet(struct socket *s)
{
	if (s->is_counted && s->hub->all->on_arrive)
		s->hub->all->on_arrive(s->hub->all->on_arrive_arg, s);
}

void
people_depart(struct socket *s)
{
	if (s->is_counted)
		presence_depart(s->hub->all->presence, user_of(s), s->hub->loop->wall_ms,
				on_last, s);
	s->is_counted = false;
}
