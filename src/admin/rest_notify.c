/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest_notify.h"

#include "admin/notify.h"
#include "admin/rest_aim.h"
#include "base/errors.h"
#include "base/map.h"
#include "hub/tally.h"
#include "proto/json.h"

static int
tell_user(struct rest_call *c, struct str user, struct event_out *event, struct tally *t)
{
	struct str room = rest_room(c, "user:", user);
	struct target to = {.nsp = STR("/"), .rooms = &room, .rooms_n = 1, .tally = t};

	event->user = user;
	return room.ptr ? hub_broadcast(c->rest->hubs, c->hub, &to, event) : -E_NOMEM;
}

/* --- one from a backend ------------------------------------------------------------------- */

static struct notification
read_notification(struct rest_call *c, struct str object)
{
	struct str priority = rest_text(c, object, "priority");

	return (struct notification){
		.title = rest_text(c, object, "title"),
		.message = rest_text(c, object, "message"),
		.category = rest_text(c, object, "category"),
		.priority = priority.len ? priority : STR("normal"),
		.link = rest_text(c, object, "link"),
		.metadata = rest_text(c, object, "metadata"),
	};
}

static void
answer_stored(struct rest_call *c, int status, const struct notify_result *result)
{
	struct buf body = BUF_INIT;

	if (result->error) {
		rest_refuse(c, result->error);
		return;
	}
	buf_add_str(&body, result->json);
	rest_answer(c, status, &body);
	buf_fini(&body);
}

static void
on_added(void *arg, const struct notify_result *result)
{
	struct rest_call *c = arg;
	struct event_out event = {.name = STR("notification.new"), .args = result->json};

	/* it is stored: who cannot be told now finds it later */
	if (!result->error)
		(void)!tell_user(c, c->user, &event, NULL);
	answer_stored(c, 201, result);
}

void
rest_notification_add(struct rest_call *c)
{
	struct notification what = read_notification(c, c->body);
	int error;

	what.user = c->user = rest_text(c, c->body, "user");
	error = notify_add(c->rest->notify, c->loop, &what, on_added, c);
	if (error)
		rest_refuse(c, error);
}

/* --- what there is ------------------------------------------------------------------------ */

static void
on_listed(void *arg, const struct notify_result *result)
{
	answer_stored(arg, 200, result);
}

void
rest_notification_list(struct rest_call *c)
{
	struct notify_page page = {
		.user = rest_query(c, "user"),
		.limit = c->limit,
		.unread_only = str_eq(rest_query(c, "unread"), STR("true")),
	};
	uint64_t before = 0;
	int error = 0;

	if (c->cursor.len && !str_to_u64(c->cursor, INT64_MAX, &before))
		error = -E_ARGUMENT;
	page.before_id = (int64_t)before;
	if (!error)
		error = notify_list(c->rest->notify, c->loop, &page, on_listed, c);
	if (error)
		rest_refuse(c, error);
}

static void
on_read(void *arg, const struct notify_result *result)
{
	struct rest_call *c = arg;
	struct buf data = BUF_INIT;
	struct event_out event = {.name = STR("notification.read")};
	struct str read_at;

	if (!result->error && result->is_changed &&
	    json_get(result->json, STR("readAt"), &read_at)) {
		buf_printf(&data, "{\"notification_id\":%lld,\"read_by\":",
			   (long long)result->id);
		if (json_is_safe_integer(c->user))
			buf_add_str(&data, c->user);
		else
			json_quote(&data, c->user);
		buf_printf(&data, ",\"read_at\":%.*s}", STR_ARG(read_at));
		event.args = buf_str(&data);
		if (!data.failed)
			(void)!tell_user(c, c->user, &event, NULL);
		buf_fini(&data);
	}
	answer_stored(c, 200, result);
}

void
rest_notification_read(struct rest_call *c)
{
	uint64_t id;
	int error = -E_NOT_FOUND;

	c->user = rest_text(c, c->body, "user");
	if (str_to_u64(c->param, INT64_MAX, &id))
		error = notify_mark_read(c->rest->notify, c->loop, c->user, (int64_t)id,
					 on_read, c);
	if (error)
		rest_refuse(c, error);
}

/* --- published ones ----------------------------------------------------------------------- */

bool
rest_is_notification(struct str message)
{
	enum { EVENT, USERS, DATA, MEMBERS_N };
	static const struct str members[] = {STR("event"), STR("users"), STR("data")};
	struct str values[MEMBERS_N], first, title;
	struct json_walk walk;

	json_pick(message, members, MEMBERS_N, values);
	if (!json_string_is(values[EVENT], STR("notification.new")) ||
	    !json_get(values[DATA], STR("title"), &title) ||
	    json_kind(title) != JSON_STRING_KIND)
		return false;
	walk = json_walk(values[USERS]);
	return json_next(&walk, &first);
}

/* A published notification on its way to one user. Lives in the call's arena. */
struct parcel {
	struct rest_call *call;
	struct tally *tally;
	int *error;
	struct str user, data, sender;
};

/* The data as it was published, with what the store knows better. */
static void
write_data(const struct parcel *p, const struct notify_result *result, struct buf *out)
{
	static const char *const known[] = {"id", "read", "readAt", "createdAt"};
	struct json_walk members = json_walk(p->data);
	struct str key, value;

	buf_printf(out, "{\"id\":%lld,\"read\":false", (long long)result->id);
	if (json_get(result->json, STR("createdAt"), &value))
		buf_printf(out, ",\"createdAt\":%.*s", STR_ARG(value));
	while (json_next_member(&members, &key, &value)) {
		bool is_known = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			is_known |= json_key_is(key, str_from(known[i]));
		if (!is_known)
			buf_printf(out, ",\"%.*s\":%.*s", STR_ARG(key), STR_ARG(value));
	}
	buf_add_char(out, '}');
}

static void
on_stored(void *arg, const struct notify_result *result)
{
	struct parcel *p = arg;
	struct buf data = BUF_INIT;
	int error = result->error;

	if (!error)
		write_data(p, result, &data);
	if (!error && data.failed)
		error = -E_NOMEM;
	if (!error)
		error = tell_user(p->call, p->user,
				  &(struct event_out){.name = STR("notification.new"),
						      .args = buf_str(&data),
						      .sender = p->sender},
				  p->tally);
	if (error)
		*p->error = error;
	buf_fini(&data);
	tally_end(p->tally);
}

/* Store it for one user, then tell him. */
static int
send_parcel(struct parcel *p, const struct notification *what)
{
	int error;

	tally_begin(p->tally);
	error = notify_add(p->call->rest->notify, p->call->loop, what, on_stored, p);
	if (error)
		tally_end(p->tally);
	return error;
}

int
rest_notify_users(struct rest_call *c, struct str message, struct tally *t, int *error)
{
	struct str users, data, user;
	struct notification what;
	struct map seen = MAP_INIT; /* who is named twice gets one */
	struct json_walk walk;
	int rc = 0;

	json_get(message, STR("users"), &users);
	json_get(message, STR("data"), &data);
	what = read_notification(c, data);
	if (!what.metadata.len || what.metadata.ptr[0] != '{')
		what.metadata = STR("");
	data = arena_copy(&c->arena, data);
	for (walk = json_walk(users); !rc && data.ptr && json_next(&walk, &user);) {
		struct parcel *p = arena_alloc(&c->arena, sizeof(*p));

		what.user = rest_value_text(c, user);
		rc = p ? map_add(&seen, what.user, p) : -E_NOMEM;
		if (rc == -E_DUPLICATE) {
			rc = 0;
		} else if (!rc) {
			*p = (struct parcel){c,     t,
					     error, what.user,
					     data,  rest_text(c, message, "sender")};
			rc = send_parcel(p, &what);
		}
	}
	map_fini(&seen);
	return data.ptr ? rc : -E_NOMEM;
}
