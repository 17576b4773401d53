/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/authorize.h"

#include "action/convert.h"

#include <stdlib.h>

struct question {
	uint64_t id; /* a new one for each hook */
	struct desk *desk;
	struct wheel_timer silence;
	struct identity *who;
	enum tg_question_kind kind;
	size_t hooks_at;
	authorize_done_fn *done;
	void *arg;
	struct str what;
	char text[];
};

static void
settle(struct question *q, enum authorize_end end)
{
	wheel_cancel(&q->desk->loop->wheel, &q->silence);
	q->done(q->arg, end);
	identity_unref(q->who);
	free(q);
}

static void
ask_next(struct question *q)
{
	const struct registry *r = &q->desk->all->registry;
	const struct authorizer *hook;
	struct tg_identity who;
	struct tg_question words = {.size = sizeof(words),
				    .kind = q->kind,
				    .what = to_tg(q->what),
				    .who = &who};

	if (q->hooks_at < r->authorizers_n)
		q->id = handle_add(&q->desk->questions, q);
	if (q->hooks_at == r->authorizers_n || !q->id) {
		settle(q, AUTHORIZE_NO);
		return;
	}
	hook = &r->authorizers[q->hooks_at++];
	words.id = q->id;
	tg_identity_of(q->who, &who);
	wheel_set(&q->desk->loop->wheel, &q->silence,
		  q->desk->loop->now_ms + AUTHORIZE_SILENCE_MS);
	hook->ask(&words, hook->state); /* q may be settled when it returns */
}

static void
take_verdict(struct question *q, enum tg_verdict verdict)
{
	handle_remove(&q->desk->questions, q->id);
	if (verdict == TG_PASS)
		ask_next(q);
	else
		settle(q, verdict == TG_ALLOW ? AUTHORIZE_YES : AUTHORIZE_NO);
}

static void
on_silence(struct wheel_timer *t)
{
	struct question *q = CONTAINER_OF(t, struct question, silence);

	if (handle_claim(&q->desk->questions, q->id))
		take_verdict(q, TG_PASS);
}

void
authorize_ask(struct desk *d, struct identity *who, enum tg_question_kind kind,
	      struct str what, authorize_done_fn *done, void *arg)
{
	struct question *q = d->all->registry.authorizers_n
				     ? calloc(1, sizeof(*q) + what.len)
				     : NULL;

	if (!q) {
		done(arg, AUTHORIZE_NO);
		return;
	}
	q->desk = d;
	q->who = identity_ref(who);
	q->kind = kind;
	q->done = done;
	q->arg = arg;
	memcpy(q->text, what.ptr, what.len);
	q->what = (struct str){q->text, what.len};
	wheel_timer_init(&q->silence, on_silence);
	ask_next(q);
}

struct letter {
	struct mail mail;
	struct desk *desk;
	uint64_t id;
	enum tg_verdict verdict;
};

static void
on_letter(struct loop *to, struct mail *m)
{
	struct letter *l = CONTAINER_OF(m, struct letter, mail);
	struct question *q = handle_get(&l->desk->questions, l->id);

	(void)to;
	if (q)
		take_verdict(q, l->verdict);
	free(l);
}

int
authorize_answer(struct actions *a, uint64_t question_id, enum tg_verdict verdict)
{
	struct desk *d = actions_desk_of(a, question_id);
	struct letter *l = NULL;
	int error;

	if (d && d != actions_desk_here(a)) {
		l = calloc(1, sizeof(*l));
		if (!l)
			return -E_NOMEM;
	}
	if (!d || !handle_claim(&d->questions, question_id)) {
		free(l);
		return -E_LATE;
	}
	if (!l) {
		take_verdict(handle_get(&d->questions, question_id), verdict);
		return 0;
	}
	l->mail.deliver = on_letter;
	l->desk = d;
	l->id = question_id;
	l->verdict = verdict;
	error = desk_post(d, &l->mail);
	if (error)
		free(l);
	return error;
}

void
authorize_free_all(struct desk *d)
{
	struct question *q;

	for (uint32_t at = 0; (q = handle_next(&d->questions, &at));) {
		q->done(q->arg, AUTHORIZE_DROPPED);
		identity_unref(q->who);
		free(q);
	}
}
