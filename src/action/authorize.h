/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking the plugins' authorize hooks, one after the other, until one does not pass; each may
 * take its time. Silence everywhere is no. What a hook answered is remembered for a while, for
 * the same token, kind and thing (memo.h); the same question is not asked twice at a time; a
 * hook that keeps failing is left alone for a pause (policy/breaker.h).
 *
 *	question ──> inquiry: one hook asked ──< questions that wait for its answer
 *
 * Memory and inquiries belong to each loop alone, the breaker to all loops. Thread: the desk's
 * loop, answers from any. Source: doc/protocols.md "Permissions".
 */
#ifndef ACTION_AUTHORIZE_H
#define ACTION_AUTHORIZE_H

#include "action/actions.h"
#include "policy/identity.h"

enum authorize_end {
	AUTHORIZE_NO,
	AUTHORIZE_YES,
	AUTHORIZE_DROPPED /* the loop is gone: only free arg */
};

typedef void authorize_done_fn(void *arg, enum authorize_end end);

/* May who do what? done is called once, perhaps before this returns. Copies what. */
void authorize_ask(struct desk *d, struct identity *who, enum tg_question_kind kind,
		   struct str what, authorize_done_fn *done, void *arg);

/* A hook's answer. Errors: -E_LATE, -E_NOMEM, -E_STATE, -E_ARGUMENT. [any thread] */
int authorize_answer(struct actions *a, uint64_t question_id,
		     enum tg_verdict verdict) MUST_USE;

/* What was answered about a user holds no longer: his rights have changed. Every loop forgets
 * before it takes what is posted to it afterwards. Errors: -E_NOMEM, -E_STATE. [any thread] */
int authorize_forget(struct actions *a, struct str user) MUST_USE;

/* A desk's part: empty, and without what is left when its loop is gone. */
void authorize_init(struct desk *d);
void authorize_fini(struct desk *d);

#endif
