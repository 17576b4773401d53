/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest_publish.h"

#include "action/update.h"
#include "admin/explain.h"
#include "admin/idempotency.h"
#include "admin/rest_aim.h"
#include "admin/rest_notify.h"
#include "admin/rest_table.h"
#include "base/errors.h"
#include "base/uuid.h"
#include "config/config.h"
#include "hub/tally.h"
#include "policy/schema.h"
#include "proto/json.h"

#include <stdlib.h>

/* One message of a call, until all loops have told whom it reached. */
struct shot {
	struct post *post;
	struct str key;    /* idempotency key, or empty */
	struct buf result; /* the answer, or a problem */
	int error;         /* of the problem */
	char id[UUID_TEXT_BYTES];
	struct explain_record *record; /* NULL: it is not remembered */
};

/* The messages of one call, in order. */
struct post {
	struct rest_call *call;
	bool is_batch;
	size_t n, missing_n;
	struct shot shots[];
};

static struct post *
post_new(struct rest_call *c, size_t n, bool is_batch)
{
	struct post *p = calloc(1, sizeof(*p) + n * sizeof(p->shots[0]));

	if (!p)
		return NULL;
	p->call = c;
	p->is_batch = is_batch;
	p->n = p->missing_n = n;
	for (size_t i = 0; i < n; i++)
		p->shots[i].post = p;
	return p;
}

static void
answer(struct post *p)
{
	struct buf body = BUF_INIT;

	if (!p->is_batch && p->shots[0].error) {
		/* written as a problem already; its status is the error's */
		rest_answer_problem(p->call, p->shots[0].error, &p->shots[0].result);
		return;
	}
	if (p->is_batch)
		buf_add_str(&body, STR("{\"results\":["));
	for (size_t i = 0; i < p->n; i++) {
		if (i)
			buf_add_char(&body, ',');
		buf_add_str(&body, buf_str(&p->shots[i].result));
		body.failed |= p->shots[i].result.failed;
	}
	if (p->is_batch)
		buf_add_str(&body, STR("]}"));
	rest_answer(p->call, 200, &body);
	buf_fini(&body);
}

static void
landed(struct shot *s)
{
	struct post *p = s->post;

	if (--p->missing_n)
		return;
	answer(p);
	for (size_t i = 0; i < p->n; i++)
		buf_fini(&p->shots[i].result);
	free(p);
}

static void
fail(struct shot *s, int error, const char *pointer, struct str detail)
{
	struct buf where = BUF_INIT;

	if (s->post->is_batch)
		buf_printf(&where, "/messages/%zu", (size_t)(s - s->post->shots));
	buf_add_str(&where, str_from(pointer ? pointer : ""));
	s->error = error;
	problem_write(&s->result,
		      &(struct problem){error,
					pointer && !where.failed
						? (where.len ? buf_str(&where) : STR(""))
						: (struct str){NULL, 0},
					detail});
	buf_fini(&where);
	if (s->key.len)
		idempotency_forget(s->post->call->rest->idempotency, s->key);
	landed(s);
}

static void
on_told(struct tally *t, void *arg)
{
	struct shot *s = arg;
	struct explain *explain = s->post->call->rest->explain;

	if (s->error) {
		explain_end(explain, s->record, t);
		fail(s, s->error, NULL, STR(""));
		return;
	}
	buf_add_str(&s->result, STR("{\"messageId\":\""));
	buf_add_str(&s->result, str_from(s->id));
	buf_add_str(&s->result, STR("\",\"delivered\":"));
	buf_add_u64(&s->result, tally_count(t, REACH_DELIVERED));
	buf_add_char(&s->result, '}');
	explain_end(explain, s->record, t);
	if (s->key.len && !s->result.failed)
		idempotency_done(s->post->call->rest->idempotency, s->key,
				 buf_str(&s->result));
	landed(s);
}

/* Who counts, and what is remembered about it. NULL: no memory, the shot has failed. */
static struct tally *
aim_at(struct shot *s, struct str event, const struct target *to)
{
	struct rest_call *c = s->post->call;
	const struct config *config = c->rest->config;
	struct tally *t = tally_new(c->rest->hubs, c->loop,
				    config->explain_n ? config->explain_people_n : 0,
				    on_told, s);

	if (t)
		s->record = explain_begin(c->rest->explain, s->id, event, to,
					  c->loop->wall_ms);
	else
		fail(s, -E_NOMEM, NULL, STR(""));
	return t;
}

/* Off it goes; the rest is done by on_told. stored: the publish whose users get a stored
 * notification each instead; .ptr NULL: none do. */
static void
fire(struct shot *s, const struct target *to, const struct event_out *event,
     struct str stored)
{
	struct rest_call *c = s->post->call;
	struct target aim = *to;
	int error = 0;

	aim.tally = aim_at(s, event->name, to);
	if (!aim.tally)
		return;
	if (stored.ptr)
		error = rest_aim_past_users(c, stored, &aim);
	if (!error && stored.ptr)
		error = rest_notify_users(c, stored, aim.tally, &s->error);
	if (!error && aim.rooms_n)
		error = hub_broadcast(c->rest->hubs, c->hub, &aim, event);
	if (error) /* what went out before is on its way: the answer waits for it */
		s->error = error;
	tally_end(aim.tally);
}

/* Returns true when the message was sent before, or cannot be sent: it is dealt with. */
static bool
was_sent(struct shot *s, struct str message, struct str key)
{
	struct rest_call *c = s->post->call;
	int result;

	if (!key.len)
		return false;
	result = idempotency_begin(c->rest->idempotency, key, message, c->loop->now_ms,
				   &s->result);
	if (result == 0) {
		s->key = key;
		return false;
	}
	if (result == 1)
		landed(s);
	else if (result == -E_DUPLICATE)
		fail(s, -E_DUPLICATE, "/idempotencyKey",
		     STR("another message was sent under this key"));
	else if (result == -E_LATE)
		fail(s, -E_LATE, "/idempotencyKey",
		     STR("the first message of this key is under way"));
	else
		fail(s, result, NULL, STR(""));
	return true;
}

/* Names that mean something else to Socket.IO clients. */
static bool
is_reserved(struct str event)
{
	static const char *const reserved[] = {"connect",     "connect_error",
					       "disconnect",  "disconnecting",
					       "newListener", "removeListener"};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (str_eq(event, str_from(reserved[i])))
			return true;
	return false;
}

static struct str
text_of(struct rest_call *c, struct str value)
{
	return value.ptr ? rest_value_text(c, value) : STR("");
}

static void
shoot(struct shot *s, struct str message)
{
	enum { NAME, SENDER, DATA, KEY, MEMBERS_N };
	static const struct str members[] = {STR("event"), STR("sender"), STR("data"),
					     STR("idempotencyKey")};
	struct rest_call *c = s->post->call;
	const struct str none = {NULL, 0};
	struct str values[MEMBERS_N];
	struct event_out event = {0};
	struct target to;
	int error = rest_aim(c, message, &to);

	uuid_text(c->loop->wall_ms, s->id);
	event.id = str_from(s->id);
	json_pick(message, members, MEMBERS_N, values);
	event.name = text_of(c, values[NAME]);
	event.sender = text_of(c, values[SENDER]);
	event.args = values[DATA];
	if (error) {
		fail(s, error, NULL, STR(""));
	} else if (is_reserved(event.name)) {
		fail(s, -E_INVALID_DATA, "/event",
		     STR("this name is reserved by Socket.IO"));
	} else if (!to.rooms_n) {
		fail(s, -E_INVALID_DATA, "",
		     STR("one of rooms, users, companies, artifacts, topics, events "
			 "must be given"));
	} else if (!was_sent(s, message, text_of(c, values[KEY]))) {
		event.room = rest_aim_room(c, message);
		fire(s, &to, &event, rest_is_notification(message) ? message : none);
	}
}

void
rest_publish(struct rest_call *c)
{
	struct post *p = post_new(c, 1, false);

	if (p)
		shoot(&p->shots[0], c->body);
	else
		rest_refuse(c, -E_NOMEM);
}

/* The schema of a single message is checked for each. */
static void
check_and_shoot(struct shot *s, struct str message)
{
	struct buf pointer = BUF_INIT, why = BUF_INIT;
	int error = schema_check(rest_schema(s->post->call->rest, rest_publish), message,
				 &pointer, &why);

	if (error) {
		buf_add_char(&pointer, '\0');
		fail(s, error, pointer.failed ? "" : pointer.data, buf_str(&why));
	} else {
		shoot(s, message);
	}
	buf_fini(&pointer);
	buf_fini(&why);
}

void
rest_publish_batch(struct rest_call *c)
{
	struct str messages, message;
	struct json_walk walk;
	struct post *p;
	size_t n = 0;

	json_get(c->body, STR("messages"), &messages);
	for (walk = json_walk(messages); json_next(&walk, &message);)
		n++;
	p = post_new(c, n, true);
	if (!p) {
		rest_refuse(c, -E_NOMEM);
		return;
	}
	walk = json_walk(messages);
	/* the last one that lands may answer: nothing is touched behind it */
	for (size_t i = 0; i < n && json_next(&walk, &message); i++)
		check_and_shoot(&p->shots[i], message);
}

/* --- updates, and events of other calls --------------------------------------------------- */

static void
write_envelope(struct rest_call *c, struct buf *out)
{
	enum { REQUEST_ID, ACTION, DATA, MEMBERS_N };
	static const struct str keys[MEMBERS_N] = {
		{"requestId", 9}, {"action", 6}, {"data", 4}};
	struct str values[MEMBERS_N];

	json_pick(c->body, keys, MEMBERS_N, values);
	buf_add_str(out, STR("{\"type\":\"UPDATE\""));
	if (values[REQUEST_ID].len)
		buf_printf(out, ",\"requestId\":%.*s", STR_ARG(values[REQUEST_ID]));
	buf_printf(out, ",\"action\":%.*s,\"data\":", STR_ARG(values[ACTION]));
	buf_add_str(out, values[DATA]);
	buf_add_char(out, '}');
}

void
rest_update(struct rest_call *c)
{
	struct str company = rest_text(c, c->body, "companyId"),
		   artifact = rest_text(c, c->body, "artifactId");
	struct str room = rest_artifact_room(c, company, artifact);
	struct target to = {.nsp = STR("/"), .rooms = &room, .rooms_n = 1};
	struct post *p = post_new(c, 1, false);
	struct buf envelope = BUF_INIT;
	struct tally *t;

	if (!p) {
		rest_refuse(c, -E_NOMEM);
		return;
	}
	uuid_text(c->loop->wall_ms, p->shots[0].id);
	t = aim_at(&p->shots[0], STR("message"), &to);
	if (!t)
		return;
	write_envelope(c, &envelope);
	p->shots[0].error = envelope.failed
				    ? -E_NOMEM
				    : update_send(c->rest->actions, company,
						  buf_str(&envelope), artifact, t);
	buf_fini(&envelope);
	tally_end(t);
}

void
rest_tell(struct rest_call *c, const struct target *to, const struct event_out *event,
	  const char *id)
{
	struct post *p = post_new(c, 1, false);

	if (!p) {
		rest_refuse(c, -E_NOMEM);
		return;
	}
	memcpy(p->shots[0].id, id, UUID_TEXT_BYTES);
	fire(&p->shots[0], to, event, (struct str){NULL, 0});
}
