/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Repeated requests: who sends the same REQUEST again, because its connection broke before
 * the answer, joins the running call or gets the kept result. Keys are digests of user,
 * session, requestId, action and data. Shards with a mutex each, because a client may come
 * back on another loop. Kept results are bounded by time and by bytes, oldest forgotten first.
 * Time is a parameter. Any thread. Source: doc/protocols.md "actions".
 */
#ifndef ACTION_REPLAY_H
#define ACTION_REPLAY_H

#include "action/outcome.h"

enum { REPLAY_KEY_BYTES = 32 };

struct replay_key {
	unsigned char bytes[REPLAY_KEY_BYTES];
};

struct replay;

/* keep_bytes: of results kept, all together. NULL when memory is short. */
struct replay *replay_new(size_t keep_bytes) MUST_USE;
void replay_free(struct replay *r); /* NULL is allowed */

/* The digest of some texts, in this order; lengths count ("a","b" is not "ab",""). */
struct replay_key replay_digest(const struct replay *r, const struct str *texts,
				size_t texts_n);

enum replay_found {
	REPLAY_NEW,     /* nobody asked: remembered now as running call_id */
	REPLAY_RUNNING, /* *running_out is the call */
	REPLAY_DONE,    /* *done_out is the result, one reference for the caller */
	REPLAY_NOMEM    /* not remembered: run it anyway */
};

enum replay_found replay_enter(struct replay *r, const struct replay_key *key,
			       uint64_t call_id, uint64_t now_ms, uint64_t *running_out,
			       struct outcome **done_out);

/* The kept result, one reference for the caller; NULL when there is none. */
struct outcome *replay_find(struct replay *r, const struct replay_key *key);

/* The call is over: keep a reference to its result until now_ms + keep_ms. o NULL: forget. */
void replay_finish(struct replay *r, const struct replay_key *key, struct outcome *o,
		   uint64_t now_ms, uint32_t keep_ms);

/* Kept and running, for tests and metrics. */
size_t replay_entries_n(struct replay *r);

#endif
