/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request's life: permission → schema → repetition? → room for one more? → running →
 * answered, exactly once, by whoever claims its number first: the plugin (answer.h), the time
 * limit, or what went wrong before it ran. Thread: the loop it came on, except its texts and
 * references, which a pool job reads and drops.
 *
 *	call ──< waiter: who gets the answer (more than one when a client repeats itself)
 */
#ifndef ACTION_CALL_H
#define ACTION_CALL_H

#include "action/reply.h"

struct waiter {
	struct list link;
	struct origin origin;
};

struct call {
	atomic_uint refs; /* the desk's, a pool job's, a question's */
	uint64_t id;
	struct desk *desk;
	struct action *action;
	struct list waiters;
	struct waiter first;
	struct wheel_timer limit;
	bool may_repeat;
	bool is_keyed;   /* in replay under key */
	bool is_running; /* the action began */
	struct replay_key key;
	struct identity *who;
	struct str request_id, data, artifact, nsp;
	char text[];
};

/* A request as it came, borrowed. */
struct call_request {
	struct action *action;
	struct str request_id, data; /* data: JSON, empty when there is none */
	struct origin origin;
	bool may_repeat; /* its requestId is the client's own */
};

/* Take it on; every end, a refusal too, is answered to the origin. */
void call_begin(struct desk *d, struct socket *s, const struct call_request *r);

/* Its end, after handle_claim was won: answer all waiters and forget it. e has type and data
 * or error, names are filled in. */
void call_finish(struct call *c, const struct envelope *e);

/* Is this the very data of the request whose action runs on this thread? Then it was checked
 * when it came. [any thread] */
bool call_is_running_data(struct str data);

/* Claim it and end it with an error of ours; nothing happens when somebody was faster. */
void call_fail(struct call *c, int error);

/* Forget it without an answer: it moved. */
void call_bury(struct call *c);

/* One more who gets the answer. Errors: -E_NOMEM. */
int call_add_waiter(struct call *c, const struct origin *origin) MUST_USE;

/* Forget all calls of a desk whose loop is gone. */
void call_free_all(struct desk *d);

#endif
