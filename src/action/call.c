/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/call.h"

#include "action/authorize.h"
#include "action/convert.h"
#include "action/outcome.h"
#include "action/peer.h"
#include "action/repeat.h"
#include "base/spare.h"
#include "policy/schema.h"

enum { TIMEOUT_MS = 30000 };

static void on_limit(struct wheel_timer *t);

static char *
keep(char *to, struct str *out, struct str text)
{
	memcpy(to, text.ptr, text.len);
	*out = (struct str){to, text.len};
	return to + text.len;
}

static size_t
size_of(const struct call *c)
{
	return sizeof(*c) + c->request_id.len + c->data.len + c->artifact.len +
	       c->nsp.len;
}

static struct call *
call_new(struct desk *d, struct socket *s, const struct call_request *r)
{
	const struct peer *p = peer_of(s);
	struct str artifact = p->sees_artifact ? peer_artifact(p) : STR("");
	struct str data = r->data.len ? r->data : STR("null"), nsp = socket_nsp(s);
	size_t bytes = sizeof(struct call) + r->request_id.len + data.len + artifact.len +
		       nsp.len;
	struct call *c = spare_zeros(bytes);
	char *to;

	if (!c)
		return NULL;
	c->id = handle_add(&d->calls, c);
	if (!c->id) {
		spare_give(c, bytes);
		return NULL;
	}
	atomic_init(&c->refs, 1);
	c->desk = d;
	c->action = r->action;
	c->may_repeat = r->may_repeat;
	c->who = identity_ref(socket_identity(s));
	c->first.origin = r->origin;
	list_init(&c->waiters);
	list_add_tail(&c->waiters, &c->first.link);
	wheel_timer_init(&c->limit, on_limit);
	to = keep(c->text, &c->request_id, r->request_id);
	to = keep(to, &c->data, data);
	to = keep(to, &c->artifact, artifact);
	keep(to, &c->nsp, nsp);
	return c;
}

static void
call_unref(struct call *c)
{
	if (atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
		return;
	identity_unref(c->who);
	spare_give(c, size_of(c));
}

static void
call_ref(struct call *c)
{
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
}

static void
drop_waiters(struct call *c)
{
	LIST_EACH (link, &c->waiters) {
		struct waiter *w = CONTAINER_OF(link, struct waiter, link);

		list_remove(link);
		if (w != &c->first)
			spare_give(w, sizeof(*w));
	}
}

/* The plugin is done with it: room for another one. */
static void
leave_action(struct call *c)
{
	atomic_fetch_sub_explicit(&c->action->running_n, 1, memory_order_relaxed);
}

static void
count_end(struct call *c, const struct envelope *e)
{
	struct counters *n = &c->desk->loop->counters;

	if (c->is_running)
		counter_sub(n, COUNTER_ACTIONS_RUNNING, 1);
	if (e && e->type == ENVELOPE_ERROR)
		counter_add(n, COUNTER_ACTION_ERRORS, 1);
}

/* Nobody can name it any more. */
void
call_bury(struct call *c)
{
	wheel_cancel(&c->desk->loop->wheel, &c->limit);
	drop_waiters(c);
	handle_remove(&c->desk->calls, c->id);
	actions_call_ends(c->desk->all);
	call_unref(c);
}

/* The end, after the claim was won. */
void
call_finish(struct call *c, const struct envelope *answer)
{
	struct desk *d = c->desk;
	struct envelope e = *answer;
	struct outcome *o = NULL;

	e.request_id = c->request_id;
	e.action = c->action->name;
	count_end(c, &e);
	if (c->is_keyed) {
		if (c->is_running)
			o = outcome_new(&e);
		replay_finish(d->all->replay, &c->key, o, d->loop->now_ms,
			      d->loop->config->replay_ms);
		outcome_unref(o);
	}
	LIST_EACH (link, &c->waiters)
		reply_send(d, &CONTAINER_OF(link, struct waiter, link)->origin, &e);
	if (c->is_running && !(c->action->def.flags & TG_BLOCKING))
		leave_action(c);
	call_bury(c);
}

/* End it with an error of ours. */
static void
fail(struct call *c, int error, struct str pointer, struct str message)
{
	struct envelope e = envelope_of_error(c->request_id, c->action->name, error);

	if (!handle_claim(&c->desk->calls, c->id))
		return;
	if (message.len) {
		e.message = message;
		e.pointer = pointer.ptr ? pointer : STR("");
	}
	call_finish(c, &e);
}

void
call_fail(struct call *c, int error)
{
	fail(c, error, (struct str){NULL, 0}, (struct str){NULL, 0});
}

static void
on_limit(struct wheel_timer *t)
{
	struct call *c = CONTAINER_OF(t, struct call, limit);

	if (handle_is_live(&c->desk->calls, c->id))
		counter_add(&c->desk->loop->counters, COUNTER_ACTION_TIMEOUTS, 1);
	call_fail(c, -E_TIMEOUT);
}

/* --- running --------------------------------------------------------------------------- */

/* Of the request whose action runs on this thread. */
static _Thread_local struct str running_data;

bool
call_is_running_data(struct str data)
{
	return running_data.ptr && data.ptr == running_data.ptr &&
	       data.len == running_data.len;
}

static void
run(struct call *c, struct socket *s)
{
	struct tg_identity who;
	struct tg_request r = {
		.size = sizeof(r),
		.action = to_tg(c->action->name),
		.request_id = to_tg(c->request_id),
		.data = to_tg(c->data),
		.who = &who,
		.artifact = to_tg(c->artifact),
		.socket_id = {c->first.origin.sid, SOCKET_ID_BYTES},
		.nsp = to_tg(c->nsp),
		.socket = to_tg_socket(s),
	};

	tg_identity_of(c->who, &who);
	running_data = c->data;
	c->action->def.run((struct tg_call){c->id}, &r, c->action->def.state);
	running_data = (struct str){NULL, 0};
}

static void
run_in_pool(void *arg)
{
	struct call *c = arg;

	if (handle_is_live(&c->desk->calls, c->id))
		run(c, NULL);
	leave_action(c);
	call_unref(c);
}

static void
start(struct call *c, struct socket *s)
{
	struct desk *d = c->desk;
	struct action *a = c->action;
	uint32_t limit = a->def.running_n, before;
	uint32_t timeout_ms = a->def.timeout_ms ? a->def.timeout_ms : TIMEOUT_MS;

	before = atomic_fetch_add_explicit(&a->running_n, 1, memory_order_relaxed);
	if (limit && before >= limit) {
		leave_action(c);
		call_fail(c, -E_OVERLOADED);
		return;
	}
	call_ref(c); /* it may be answered, and forgotten, before run returns */
	if (a->def.flags & TG_BLOCKING &&
	    pool_submit(d->all->pool, (struct pool_job){run_in_pool, c})) {
		leave_action(c);
		call_fail(c, -E_OVERLOADED);
		call_unref(c);
		return;
	}
	counter_add(&d->loop->counters, COUNTER_ACTIONS, 1);
	counter_add(&d->loop->counters, COUNTER_ACTIONS_RUNNING, 1);
	c->is_running = true;
	wheel_set(&d->loop->wheel, &c->limit, d->loop->now_ms + timeout_ms);
	if (a->def.flags & TG_BLOCKING)
		return; /* the pool has the reference */
	if (a->builtin)
		a->builtin(d->all, c, s);
	else
		run(c, s);
	call_unref(c);
}

/* --- the way in ------------------------------------------------------------------------ */

/* The message names the place, as the pointer does. */
static void
fail_data(struct call *c, int error, const struct buf *pointer, const struct buf *why)
{
	struct buf message = BUF_INIT;

	buf_add_str(&message, pointer->len ? buf_str(pointer) : STR("data"));
	buf_add_str(&message, STR(": "));
	buf_add_str(&message, buf_str(why));
	fail(c, error, buf_str(pointer), message.failed ? STR("") : buf_str(&message));
	buf_fini(&message);
}

/* s: who asks, NULL when he is gone. */
static void
admit(struct call *c, struct socket *s)
{
	struct buf pointer = BUF_INIT, why = BUF_INIT;
	int error = 0;

	if (c->action->schema)
		error = schema_check(c->action->schema, c->data, &pointer, &why);
	if (error)
		fail_data(c, error, &pointer, &why);
	else if (!repeat_check(c))
		start(c, s);
	buf_fini(&pointer);
	buf_fini(&why);
}

static void
on_permission(void *arg, enum authorize_end end)
{
	struct call *c = arg;

	if (end == AUTHORIZE_YES)
		admit(c, hub_find_socket(c->desk->hub, origin_sid(&c->first.origin)));
	else if (end == AUTHORIZE_NO)
		call_fail(c, -E_FORBIDDEN);
	call_unref(c);
}

static void
refuse(struct desk *d, struct socket *s, const struct call_request *r, int error)
{
	struct envelope e = envelope_of_error(r->request_id, r->action->name, error);

	if (error == -E_SHUTDOWN) {
		e = envelope_of_error(r->request_id, r->action->name, -E_OVERLOADED);
		e.message = str_from(error_text(error));
	}
	counter_add(&d->loop->counters, COUNTER_ACTION_ERRORS, 1);
	reply_here(d, s, &r->origin, &e);
}

void
call_begin(struct desk *d, struct socket *s, const struct call_request *r)
{
	struct peer *p = peer_of(s);
	uint32_t most = d->loop->config->actions_running_n;
	struct call *c;

	if (atomic_load_explicit(&d->all->draining, memory_order_relaxed)) {
		refuse(d, s, r, -E_SHUTDOWN);
		return;
	}
	c = most && p->running_n >= most ? NULL : call_new(d, s, r);
	if (!c) {
		refuse(d, s, r, -E_OVERLOADED);
		return;
	}
	p->running_n++;
	actions_call_begins(d->all);
	if (!r->action->permission.len ||
	    identity_has(c->who, CLAIM_PERMISSIONS, r->action->permission)) {
		admit(c, s);
		return;
	}
	call_ref(c);
	authorize_ask(d, c->who, TG_MAY_RUN, r->action->permission, on_permission, c);
}

int
call_add_waiter(struct call *c, const struct origin *origin)
{
	struct waiter *w = spare_take(sizeof(*w));

	if (!w)
		return -E_NOMEM;
	w->origin = *origin;
	list_add_tail(&c->waiters, &w->link);
	return 0;
}

void
call_free_all(struct desk *d)
{
	struct call *c;

	for (uint32_t at = 0; (c = handle_next(&d->calls, &at));) {
		drop_waiters(c);
		call_unref(c);
	}
}
