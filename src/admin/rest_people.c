/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest_people.h"

#include "action/authorize.h"
#include "admin/demo.h"
#include "admin/rest_aim.h"
#include "base/errors.h"
#include "hub/room.h"
#include "hub/tally.h"
#include "proto/json.h"

static void
on_reached(struct tally *t, void *arg)
{
	struct buf body = BUF_INIT;

	buf_printf(&body, "{\"connections\":%llu}",
		   (unsigned long long)tally_count(t, REACH_DELIVERED));
	tally_free(t);
	rest_answer(arg, 200, &body);
	buf_fini(&body);
}

static int
expel(struct rest_call *c, const struct target *who)
{
	struct str code;
	int64_t n = 0;

	if (json_get(c->body, STR("code"), &code) && !json_to_i64(code, &n))
		n = 0; /* 4000.0 is an integer to the schema */
	return hub_expel_all(c->rest->hubs, c->hub, who, (int)n,
			     rest_text(c, c->body, "reason"));
}

enum deed { JOIN, LEAVE, DISCONNECT };

/* To all sockets in a room of "/"; the call is answered with how many they were. */
static void
act(struct rest_call *c, struct str who, enum deed deed)
{
	struct tally *t = tally_new(c->rest->hubs, c->loop, 0, on_reached, c);
	struct target to = {.nsp = STR("/"), .rooms = &who, .rooms_n = 1, .tally = t};
	int error = t && who.ptr ? 0 : -E_NOMEM;

	if (!error && deed == JOIN)
		error = hub_join_all(c->rest->hubs, c->hub, &to, c->param);
	else if (!error && deed == LEAVE)
		error = hub_leave_all(c->rest->hubs, c->hub, &to, c->param);
	else if (!error)
		error = expel(c, &to);
	if (error) {
		tally_free(t);
		rest_refuse(c, error);
		return;
	}
	tally_end(t);
}

/* To all connections of a user. A backend that does this has changed its mind about him: what
 * was answered about him is forgotten first, so that a grant of before does not let him back. */
static void
act_on_user(struct rest_call *c, struct str user, enum deed deed)
{
	int error = authorize_forget(c->rest->actions, user);

	if (error)
		rest_refuse(c, error);
	else
		act(c, rest_room(c, "user:", user), deed);
}

static void
move(struct rest_call *c, enum deed deed)
{
	if (c->param.len > ROOM_NAME_BYTES_MAX)
		rest_refuse(c, -E_TOO_LARGE);
	else
		act_on_user(c, rest_text(c, c->body, "user"), deed);
}

void
rest_join(struct rest_call *c)
{
	move(c, JOIN);
}

void
rest_leave(struct rest_call *c)
{
	move(c, LEAVE);
}

void
rest_disconnect(struct rest_call *c)
{
	struct str user = rest_text(c, c->body, "user"),
		   connection = rest_text(c, c->body, "connection");

	if (!user.len == !connection.len)
		rest_problem(c, &(struct problem){
					-E_INVALID_DATA, STR(""),
					STR("one of user and connection must be given")});
	else if (user.len)
		act_on_user(c, user, DISCONNECT);
	else
		act(c, connection, DISCONNECT);
}

void
rest_login(struct rest_call *c)
{
	struct buf body = BUF_INIT;
	int error = demo_login(c->rest->demo, c->body, c->loop->wall_ms / 1000, &body);

	if (error)
		rest_refuse(c, error);
	else
		rest_answer(c, 200, &body);
	buf_fini(&body);
}
