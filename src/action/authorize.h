/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking the plugins' authorize hooks, one after the other, until one does not pass; each may
 * take its time. Silence everywhere is no. Thread: the desk's loop, answers from any.
 * Source: PROTOCOLS.md "Permissions".
 */
#ifndef ACTION_AUTHORIZE_H
#define ACTION_AUTHORIZE_H

#include "action/actions.h"
#include "policy/identity.h"

enum { AUTHORIZE_SILENCE_MS = 5000 };

enum authorize_end {
	AUTHORIZE_NO,
	AUTHORIZE_YES,
	AUTHORIZE_DROPPED /* the loop is gone: only free arg */
};

typedef void authorize_done_fn(void *arg, enum authorize_end end);

/* May who do what? done is called once, perhaps before this returns. Copies what. */
void authorize_ask(struct desk *d, struct identity *who, enum tg_question_kind kind,
		   struct str what, authorize_done_fn *done, void *arg);

/* A hook's answer. Errors: -E_LATE, -E_NOMEM, -E_STATE. [any thread] */
int authorize_answer(struct actions *a, uint64_t question_id,
		     enum tg_verdict verdict) MUST_USE;

/* Forget the questions of a desk whose loop is gone. */
void authorize_free_all(struct desk *d);

#endif
