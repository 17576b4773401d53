/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom one message reached. Shared by the broadcasts that carry it (one or several): each loop
 * counts in a part of its own, and when all of them are through the asking loop is told by
 * mail. May also note the people, for who asks later. Freed by its done function.
 */
#ifndef HUB_TALLY_H
#define HUB_TALLY_H

#include "hub/hub.h"

/* What became of a message at one socket. */
enum reach {
	REACH_DELIVERED,
	REACH_FILTERED,   /* its own filters do not want it */
	REACH_QUEUE_FULL, /* it lags, and the message was dropped */
	REACH_N
};

struct tally;

/* Runs on the asker's loop, in a later turn or later in this one, exactly once; t is its. */
typedef void tally_done_fn(struct tally *t, void *arg);

/* Held open by its maker until tally_end. people_n: so many people are noted on each loop.
 * NULL when memory is short. Thread: the asker's loop. */
struct tally *tally_new(struct hubs *all, struct loop *asker, uint32_t people_n,
			tally_done_fn *done, void *arg) MUST_USE;
void tally_free(struct tally *t); /* NULL is allowed */

/* One more broadcast is under way, one has passed on every loop. [any thread] */
void tally_begin(struct tally *t);
void tally_end(struct tally *t);

/* A socket was reached. Thread: the socket's loop, between begin and end. */
void tally_add(struct tally *t, struct socket *s, enum reach reach);

/* What was found out. Valid in and after done. */
uint64_t tally_count(const struct tally *t, enum reach reach);
/* Walk the noted people: *at starts at 0. A person stands there once for each socket. */
bool tally_next(const struct tally *t, size_t *at, struct str *user_out,
		enum reach *reach_out);
bool tally_is_cut(const struct tally *t); /* somebody was not noted for want of room */

#endif
