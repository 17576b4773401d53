/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/repeat.h"

#include "action/outcome.h"
#include "base/spare.h"

/* A request that is another one's repetition, on its way to the other's loop. */
struct join {
	struct mail mail;
	struct desk *desk; /* of the running one */
	uint64_t running;
	struct replay_key key;
	struct origin origin;
	struct str request_id;
	const struct action *action;
	char text[];
};

static bool
join_here(struct desk *d, uint64_t running, const struct origin *origin)
{
	struct call *c = handle_get(&d->calls, running);

	return c && !call_add_waiter(c, origin);
}

static void
on_join(struct loop *to, struct mail *m)
{
	struct join *j = CONTAINER_OF(m, struct join, mail);
	struct desk *d = j->desk;
	struct outcome *o;
	struct envelope e;

	(void)to;
	if (!join_here(d, j->running, &j->origin)) {
		o = replay_find(d->all->replay, &j->key);
		e = o ? o->envelope
		      : envelope_of_error(j->request_id, j->action->name,
					  -E_DUPLICATE_REQUEST);
		reply_send(d, &j->origin, &e);
		outcome_unref(o);
	}
	spare_give(j, sizeof(*j) + j->request_id.len);
}

/* c is another call's repetition: its waiter moves there, it is forgotten. */
static void
join(struct call *c, uint64_t running)
{
	struct actions *a = c->desk->all;
	struct desk *d = actions_desk_of(a, running);
	struct join *j;

	counter_add(&c->desk->loop->counters, COUNTER_ACTIONS_REPLAYED, 1);
	if (d == c->desk && join_here(d, running, &c->first.origin))
		goto moved;
	j = spare_zeros(sizeof(*j) + c->request_id.len);
	if (!j)
		goto fail;
	j->mail.deliver = on_join;
	j->desk = d;
	j->running = running;
	j->key = c->key;
	j->origin = c->first.origin;
	j->action = c->action;
	memcpy(j->text, c->request_id.ptr, c->request_id.len);
	j->request_id = (struct str){j->text, c->request_id.len};
	if (!desk_post(d, &j->mail))
		goto moved;
	spare_give(j, sizeof(*j) + j->request_id.len);
fail:
	call_fail(c, -E_DUPLICATE_REQUEST);
	return;
moved:
	call_bury(c);
}

/* True when it was such a repetition, and is dealt with. A user without a name repeats himself
 * on the same socket only. */
bool
repeat_check(struct call *c)
{
	struct desk *d = c->desk;
	struct str user = identity_text(c->who, CLAIM_USER);
	struct str texts[] = {
		user,
		user.len ? identity_text(c->who, CLAIM_SESSION)
			 : origin_sid(&c->first.origin),
		c->request_id,
		c->action->name,
		c->data,
	};
	struct outcome *done;
	uint64_t running;

	if (!c->may_repeat || !d->loop->config->replay_ms ||
	    c->action->def.flags & TG_IDEMPOTENT)
		return false;
	c->key = replay_digest(d->all->replay, texts, sizeof(texts) / sizeof(texts[0]));
	switch (replay_enter(d->all->replay, &c->key, c->id, d->loop->now_ms, &running,
			     &done)) {
	case REPLAY_RUNNING:
		join(c, running);
		return true;
	case REPLAY_DONE:
		counter_add(&d->loop->counters, COUNTER_ACTIONS_REPLAYED, 1);
		reply_send(d, &c->first.origin, &done->envelope);
		outcome_unref(done);
		call_bury(c);
		return true;
	case REPLAY_NEW:
		c->is_keyed = true;
		break;
	case REPLAY_NOMEM:
		break;
	}
	return false;
}
