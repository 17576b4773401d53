/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ring of explain.h knows whom a message came to. Whom it did not come to was somewhere
 * else or nowhere: that is asked of the loops, by the age of his connections.
 */
#include "admin/rest_why.h"

#include "admin/explain.h"
#include "admin/rest_aim.h"
#include "base/clock.h"
#include "base/errors.h"
#include "hub/census.h"
#include "hub/gather.h"
#include "hub/permit.h"
#include "hub/socket.h"
#include "proto/json.h"

/* A question under way; lives in the call's arena. */
struct question {
	struct rest_call *call;
	/* known: members of the answer, from explain_find */
	struct str user, room, known;
	struct explanation found;
};

static void
answer(struct question *q, const char *reason, const char *detail)
{
	struct buf body = BUF_INIT;
	char at[CLOCK_TEXT_BYTES];

	clock_text(q->found.wall_ms, at);
	buf_add_str(&body, STR("{\"messageId\":"));
	json_quote(&body, q->call->param);
	buf_add_str(&body, STR(",\"user\":"));
	json_quote(&body, q->user);
	buf_printf(&body, ",\"reason\":\"%s\",\"at\":\"%s\"%.*s", reason, at,
		   STR_ARG(q->known));
	if (detail)
		buf_printf(&body, ",\"detail\":\"%s\"", detail);
	buf_add_char(&body, '}');
	rest_answer(q->call, 200, &body);
	buf_fini(&body);
}

struct look {
	const struct question *question;
	uint64_t there_n, allowed_n;
};

/* Is one of the message's rooms open to him? A person's own room is to nobody. */
static bool
is_allowed(const struct question *q, const struct identity *who)
{
	bool is_for_some = false;

	for (size_t i = 0; i < q->found.rooms_n; i++) {
		if (permit_is_closed(q->found.rooms[i]))
			continue;
		if (permit_room(who, q->found.rooms[i]))
			return true;
		is_for_some = true;
	}
	return !is_for_some;
}

static void
look_at(void *arg, struct socket *s)
{
	struct look *look = arg;
	struct handshake h;

	socket_handshake(s, &h);
	if (h.issued_ms > look->question->found.wall_ms)
		return;
	look->there_n++;
	look->allowed_n += is_allowed(look->question, socket_identity(s));
}

/* Connections that were there when the message was sent. */
static void
ask_older(struct hub *h, const void *arg, struct gather_part *out)
{
	struct look look = {.question = arg};

	census_each_member(h, look.question->room, look_at, &look);
	out->n = look.there_n;
	buf_add(&out->bytes, &look.allowed_n, sizeof(look.allowed_n));
}

static void
on_older(void *arg, struct gather_part *parts, size_t parts_n)
{
	struct question *q = arg;
	uint64_t there_n = 0, allowed_n = 0;

	for (size_t i = 0; i < parts_n; i++) {
		uint64_t n = parts[i].n;

		there_n += n;
		if (!parts[i].bytes.failed)
			memcpy(&n, parts[i].bytes.data, sizeof(n));
		allowed_n += n;
	}
	if (!there_n)
		answer(q, "offline", "no connection that was open then is open now");
	else if (q->found.is_cut)
		answer(q, "not_a_member",
		       "or reached without being remembered: too many were");
	else if (q->found.is_excepted)
		answer(q, "not_a_member", "excepted by the publisher");
	else if (!allowed_n)
		answer(q, "forbidden", "its token opens none of the rooms");
	else
		answer(q, "not_a_member", NULL);
}

void
rest_why(struct rest_call *c)
{
	static const char *const reasons[REACH_N] = {
		[REACH_DELIVERED] = "delivered",
		[REACH_FILTERED] = "filtered",
		[REACH_QUEUE_FULL] = "queue_full",
	};
	struct question *q = arena_alloc(&c->arena, sizeof(*q));
	struct buf known = BUF_INIT;
	int error = -E_NOMEM;

	if (q) {
		*q = (struct question){.call = c, .user = rest_query(c, "user")};
		q->room = rest_room(c, "user:", q->user);
		error = explain_find(c->rest->explain, c->param, q->user, &c->arena,
				     &q->found, &known);
	}
	if (!error)
		q->known = arena_copy(&c->arena, buf_str(&known));
	if (!error && (known.failed || !q->known.ptr))
		error = -E_NOMEM;
	buf_fini(&known);
	if (!error && q->found.is_reached) {
		answer(q, reasons[q->found.reach], NULL);
		return;
	}
	if (!error)
		error = gather_start(c->rest->hubs, c->loop,
				     &(struct gather){ask_older, on_older, q});
	if (error)
		rest_refuse(c, error);
}
