/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/answer.h"

#include "action/outcome.h"

#include "base/spare.h"

struct letter {
	struct mail mail;
	struct desk *desk;
	uint64_t id;
	struct outcome *outcome;
};

static void
tell_waiters(struct call *c, const struct envelope *update)
{
	struct envelope e = *update;

	e.request_id = c->request_id;
	e.action = c->action->name;
	LIST_EACH (link, &c->waiters)
		reply_send(c->desk, &CONTAINER_OF(link, struct waiter, link)->origin, &e);
}

static void
on_letter(struct loop *to, struct mail *m)
{
	struct letter *l = CONTAINER_OF(m, struct letter, mail);
	struct call *c = handle_get(&l->desk->calls, l->id);

	(void)to;
	if (c && l->outcome->envelope.type == ENVELOPE_UPDATE)
		tell_waiters(c, &l->outcome->envelope);
	else if (c)
		call_finish(c, &l->outcome->envelope);
	outcome_unref(l->outcome);
	spare_give(l, sizeof(*l));
}

static struct letter *
letter_new(struct desk *d, uint64_t id, const struct envelope *e)
{
	struct letter *l = spare_zeros(sizeof(*l));

	if (!l)
		return NULL;
	l->mail.deliver = on_letter;
	l->desk = d;
	l->id = id;
	l->outcome = outcome_new(e);
	if (l->outcome)
		return l;
	spare_give(l, sizeof(*l));
	return NULL;
}

static int
post_letter(struct letter *l)
{
	int error = desk_post(l->desk, &l->mail);

	if (error) {
		outcome_unref(l->outcome);
		spare_give(l, sizeof(*l));
	}
	return error;
}

int
answer_call(struct actions *a, uint64_t id, const struct envelope *e)
{
	struct desk *d = actions_desk_of(a, id);
	struct letter *l = NULL;

	if (!d || !handle_is_live(&d->calls, id))
		goto late;
	if (d != actions_desk_here(a)) {
		l = letter_new(d, id, e);
		if (!l)
			return -E_NOMEM;
	}
	if (!handle_claim(&d->calls, id))
		goto late;
	if (l)
		return post_letter(l);
	call_finish(handle_get(&d->calls, id), e);
	return 0;
late:
	if (l) {
		outcome_unref(l->outcome);
		spare_give(l, sizeof(*l));
	}
	actions_count_late(a);
	return -E_LATE;
}

int
answer_update(struct actions *a, uint64_t id, struct str data)
{
	struct envelope e = {.type = ENVELOPE_UPDATE, .data = data};
	struct desk *d = actions_desk_of(a, id);
	struct letter *l;

	if (!d || !handle_is_live(&d->calls, id)) {
		actions_count_late(a);
		return -E_LATE;
	}
	if (d == actions_desk_here(a)) {
		tell_waiters(handle_get(&d->calls, id), &e);
		return 0;
	}
	l = letter_new(d, id, &e);
	return l ? post_letter(l) : -E_NOMEM;
}

bool
answer_is_open(struct actions *a, uint64_t id)
{
	struct desk *d = actions_desk_of(a, id);

	return d && handle_is_live(&d->calls, id);
}
