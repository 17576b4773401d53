/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/authorize.h"

#include "action/convert.h"
#include "action/plugin.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/spare.h"

#include <openssl/evp.h>

/* What tells a question from another: which hook, which kind, a digest of the token's claims,
 * and the thing itself. */
enum {
	KEY_HOOK = 0,
	KEY_KIND = 2,
	KEY_CLAIMS = 3,
	CLAIMS_BYTES = 32, /* SHA-256 */
	KEY_WHAT = KEY_CLAIMS + CLAIMS_BYTES
};

enum { TRIM_PAUSE_MS = 1000 };

struct question {
	struct list link; /* among those that wait for an inquiry */
	struct desk *desk;
	struct identity *who;
	enum tg_question_kind kind;
	uint16_t hooks_at;
	authorize_done_fn *done;
	void *arg;
	size_t key_len;
	char key[];
};

struct inquiry {
	uint64_t id; /* what the hook answers to */
	struct desk *desk;
	struct authorizer *hook;
	enum breaker_pass pass;
	struct wheel_timer silence;
	struct list questions;
	uint64_t owner;
	bool is_shared; /* others find it by its key */
	bool is_stale;  /* rights changed meanwhile: its answer is not remembered */
	size_t key_len;
	char key[];
};

static void ask_next(struct question *q);

static const struct config_authorize *
rules(const struct desk *d)
{
	return &d->loop->config->authorize;
}

static void
count(const struct desk *d, enum counter which)
{
	counter_add(&d->loop->counters, which, 1);
}

/* --- questions ---------------------------------------------------------------------------- */

static void
settle(struct question *q, enum authorize_end end)
{
	q->done(q->arg, end);
	identity_unref(q->who);
	spare_give(q, sizeof(*q) + q->key_len);
}

static void
take_verdict(struct question *q, enum tg_verdict verdict)
{
	if (verdict == TG_PASS || verdict == TG_FAILED)
		ask_next(q);
	else
		settle(q, verdict == TG_ALLOW || verdict == TG_ALLOW_ONCE ? AUTHORIZE_YES
									  : AUTHORIZE_NO);
}

static struct str
key_of(const struct question *q)
{
	return (struct str){q->key, q->key_len};
}

/* --- memory ------------------------------------------------------------------------------- */

static void
count_kept(struct desk *d, size_t before_n)
{
	counter_add(&d->loop->counters, COUNTER_ANSWERS_KEPT,
		    memo_n(&d->memo) - before_n);
}

static bool
recall(struct question *q, enum tg_verdict *verdict_out)
{
	struct desk *d = q->desk;
	size_t before_n = memo_n(&d->memo);
	bool is_known = memo_find(&d->memo, key_of(q), d->loop->now_ms, verdict_out);

	count_kept(d, before_n);
	if (is_known)
		count(d, COUNTER_QUESTIONS_REMEMBERED);
	return is_known;
}

static void
remember(const struct inquiry *i, enum tg_verdict verdict)
{
	struct desk *d = i->desk;
	const struct config_authorize *c = rules(d);
	uint32_t for_ms = verdict == TG_ALLOW ? c->grants_ms : c->refusals_ms;
	uint64_t until_ms = d->loop->now_ms + for_ms;
	/* each loop has its share of what all may remember */
	size_t before_n = memo_n(&d->memo),
	       most_n = (c->answers_n + d->all->desks_n - 1) / d->all->desks_n;

	if (verdict > TG_DENY || !for_ms || i->is_stale)
		return;
	memo_keep(&d->memo, (struct str){i->key, i->key_len}, i->owner, verdict, until_ms,
		  most_n);
	count_kept(d, before_n);
	if (!wheel_is_set(&d->trim) || d->trim.at_ms > until_ms)
		wheel_set(&d->loop->wheel, &d->trim, until_ms);
}

/* What nobody asks for again is not kept for longer than it may be believed, and a moment. */
static void
on_trim(struct wheel_timer *t)
{
	struct desk *d = CONTAINER_OF(t, struct desk, trim);
	size_t before_n = memo_n(&d->memo);
	uint64_t next_ms = memo_trim(&d->memo, d->loop->now_ms);
	uint64_t soonest_ms = d->loop->now_ms + TRIM_PAUSE_MS;

	count_kept(d, before_n);
	if (next_ms != UINT64_MAX)
		wheel_set(&d->loop->wheel, t,
			  next_ms > soonest_ms ? next_ms : soonest_ms);
}

/* --- inquiries ---------------------------------------------------------------------------- */

static void
tell_breaker(struct desk *d, struct authorizer *hook, enum breaker_pass pass,
	     bool is_good)
{
	const struct config_authorize *c = rules(d);
	struct breaker_rule rule = {c->failures_n, c->pause_ms};
	struct counters *counters = &d->loop->counters;

	if (!is_good)
		count(d, COUNTER_QUESTIONS_FAILED);
	switch (breaker_note(&hook->breaker, &rule, pass, is_good, d->loop->now_ms)) {
	case BREAKER_OPENS:
		counter_add(counters, COUNTER_CIRCUITS_OPEN, 1);
		counter_add(counters, COUNTER_CIRCUITS_OPENED, 1);
		log_warn("authorize circuit opened", "plugin=%s failures=%u pause_ms=%u",
			 hook->host->name, rule.failures_n, rule.pause_ms);
		break;
	case BREAKER_CLOSES:
		counter_sub(counters, COUNTER_CIRCUITS_OPEN, 1);
		log_info("authorize circuit closed", "plugin=%s", hook->host->name);
		break;
	case BREAKER_STAYS:
		break;
	}
}

static void
inquiry_free(struct inquiry *i)
{
	wheel_cancel(&i->desk->loop->wheel, &i->silence);
	if (i->is_shared)
		map_remove(&i->desk->inquiries, (struct str){i->key, i->key_len});
	spare_give(i, sizeof(*i) + i->key_len);
}

static void
conclude(struct inquiry *i, enum tg_verdict verdict)
{
	struct list questions;

	handle_remove(&i->desk->questions, i->id);
	tell_breaker(i->desk, i->hook, i->pass, verdict != TG_FAILED);
	remember(i, verdict);
	list_take_all(&questions, &i->questions);
	inquiry_free(i);
	while (!list_is_empty(&questions)) {
		struct question *q = CONTAINER_OF(questions.next, struct question, link);

		list_remove(&q->link);
		take_verdict(q, verdict);
	}
}

static void
on_silence(struct wheel_timer *t)
{
	struct inquiry *i = CONTAINER_OF(t, struct inquiry, silence);

	if (handle_claim(&i->desk->questions, i->id))
		conclude(i, TG_FAILED);
}

/* With q waiting for it. NULL when memory is short. */
static struct inquiry *
inquiry_new(struct question *q, struct authorizer *hook)
{
	struct inquiry *i = spare_zeros(sizeof(*i) + q->key_len);

	if (!i)
		return NULL;
	i->desk = q->desk;
	i->hook = hook;
	i->owner = hash_str(identity_text(q->who, CLAIM_USER));
	i->key_len = q->key_len;
	memcpy(i->key, q->key, q->key_len);
	list_init(&i->questions);
	wheel_timer_init(&i->silence, on_silence);
	i->id = handle_add(&q->desk->questions, i);
	if (!i->id) {
		spare_give(i, sizeof(*i) + i->key_len);
		return NULL;
	}
	i->is_shared = rules(q->desk)->answers_n &&
		       !map_add(&q->desk->inquiries, (struct str){i->key, i->key_len}, i);
	list_add_tail(&i->questions, &q->link);
	return i;
}

/* The hook is asked; q may be settled when this returns. */
static void
inquire(struct question *q, struct authorizer *hook, enum breaker_pass pass)
{
	struct desk *d = q->desk;
	struct inquiry *i = inquiry_new(q, hook);
	struct tg_identity who;
	struct tg_question words = {
		.size = sizeof(words),
		.kind = q->kind,
		.what = {q->key + KEY_WHAT, q->key_len - KEY_WHAT},
		.who = &who,
	};

	if (!i) {
		/* no fault of its */
		breaker_leave(&hook->breaker, pass, d->loop->now_ms);
		settle(q, AUTHORIZE_NO);
		return;
	}
	i->pass = pass;
	words.id = i->id;
	tg_identity_of(q->who, &who);
	wheel_set(&d->loop->wheel, &i->silence, d->loop->now_ms + rules(d)->timeout_ms);
	count(d, COUNTER_QUESTIONS);
	hook->ask(&words, hook->state);
}

/* The next hook, until one is asked or the question is settled. */
static void
ask_next(struct question *q)
{
	struct desk *d = q->desk;
	struct registry *r = &d->all->registry;
	bool is_memo_on = rules(d)->answers_n != 0;

	while (q->hooks_at < r->authorizers_n) {
		enum tg_verdict verdict;
		enum breaker_pass pass;
		struct inquiry *same;

		memcpy(q->key + KEY_HOOK, &q->hooks_at, sizeof(q->hooks_at));
		q->hooks_at++;
		if (is_memo_on && recall(q, &verdict)) {
			if (verdict == TG_PASS)
				continue;
			take_verdict(q, verdict);
			return;
		}
		same = is_memo_on ? map_get(&d->inquiries, key_of(q)) : NULL;
		if (same) {
			count(d, COUNTER_QUESTIONS_JOINED);
			list_add_tail(&same->questions, &q->link);
			return;
		}
		pass = breaker_try(&r->authorizers[q->hooks_at - 1].breaker,
				   d->loop->now_ms);
		if (pass != BREAKER_REFUSES) {
			inquire(q, &r->authorizers[q->hooks_at - 1], pass);
			return;
		}
		count(d, COUNTER_QUESTIONS_CUT);
	}
	settle(q, AUTHORIZE_NO);
}

static bool
write_key(struct question *q, struct str what)
{
	struct str claims = identity_claims(q->who);
	unsigned n = 0;

	q->key[KEY_KIND] = (char)q->kind;
	memcpy(q->key + KEY_WHAT, what.ptr, what.len);
	q->key_len = KEY_WHAT + what.len;
	return EVP_Digest(claims.ptr, claims.len, (unsigned char *)q->key + KEY_CLAIMS,
			  &n, EVP_sha256(), NULL) &&
	       n == CLAIMS_BYTES;
}

void
authorize_ask(struct desk *d, struct identity *who, enum tg_question_kind kind,
	      struct str what, authorize_done_fn *done, void *arg)
{
	struct question *q = d->all->registry.authorizers_n
				     ? spare_zeros(sizeof(*q) + KEY_WHAT + what.len)
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
	if (write_key(q, what))
		ask_next(q);
	else
		settle(q, AUTHORIZE_NO);
}

/* --- answers ------------------------------------------------------------------------------ */

struct letter {
	struct mail mail;
	struct desk *desk;
	uint64_t id; /* of an inquiry, or an owner */
	enum tg_verdict verdict;
};

static struct letter *
letter_new(struct desk *d, uint64_t id, void (*deliver)(struct loop *, struct mail *))
{
	struct letter *l = spare_zeros(sizeof(*l));

	if (l)
		*l = (struct letter){.mail.deliver = deliver, .desk = d, .id = id};
	return l;
}

static int
letter_post(struct letter *l)
{
	int error = desk_post(l->desk, &l->mail);

	if (error)
		spare_give(l, sizeof(*l));
	return error;
}

static void
on_answer(struct loop *to, struct mail *m)
{
	struct letter *l = CONTAINER_OF(m, struct letter, mail);
	struct inquiry *i = handle_get(&l->desk->questions, l->id);

	(void)to;
	if (i)
		conclude(i, l->verdict);
	spare_give(l, sizeof(*l));
}

int
authorize_answer(struct actions *a, uint64_t question_id, enum tg_verdict verdict)
{
	struct desk *d = actions_desk_of(a, question_id);
	struct letter *l = NULL;

	if ((unsigned)verdict > TG_DENY_ONCE)
		return -E_ARGUMENT;
	if (d && d != actions_desk_here(a)) {
		l = letter_new(d, question_id, on_answer);
		if (!l)
			return -E_NOMEM;
		l->verdict = verdict;
	}
	if (!d || !handle_claim(&d->questions, question_id)) {
		spare_give(l, sizeof(*l));
		return -E_LATE;
	}
	if (l)
		return letter_post(l);
	conclude(handle_get(&d->questions, question_id), verdict);
	return 0;
}

static void
forget(struct desk *d, uint64_t owner)
{
	size_t before_n = memo_n(&d->memo);
	struct inquiry *i;

	memo_forget(&d->memo, owner);
	count_kept(d, before_n);
	for (uint32_t at = 0; (i = handle_next(&d->questions, &at));)
		i->is_stale |= i->owner == owner;
}

static void
on_forget(struct loop *to, struct mail *m)
{
	struct letter *l = CONTAINER_OF(m, struct letter, mail);

	(void)to;
	forget(l->desk, l->id);
	spare_give(l, sizeof(*l));
}

int
authorize_forget(struct actions *a, struct str user)
{
	struct desk *here = actions_desk_here(a);
	uint64_t owner = hash_str(user);

	for (size_t i = 0; i < a->desks_n && a->registry.authorizers_n; i++) {
		struct letter *l;
		int error;

		if (&a->desks[i] == here) {
			forget(here, owner);
			continue;
		}
		l = letter_new(&a->desks[i], owner, on_forget);
		error = l ? letter_post(l) : -E_NOMEM;
		if (error)
			return error;
	}
	return 0;
}

void
authorize_init(struct desk *d)
{
	memo_init(&d->memo);
	wheel_timer_init(&d->trim, on_trim);
	d->inquiries = MAP_INIT;
}

void
authorize_fini(struct desk *d)
{
	struct inquiry *i;

	for (uint32_t at = 0; (i = handle_next(&d->questions, &at));) {
		LIST_EACH (link, &i->questions)
			settle(CONTAINER_OF(link, struct question, link),
			       AUTHORIZE_DROPPED);
		spare_give(i, sizeof(*i) + i->key_len);
	}
	map_fini(&d->inquiries);
	memo_fini(&d->memo);
}
