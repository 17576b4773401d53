/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readiness of a loop's streams: one epoll set for all of them, itself a single event of the
 * loop's libevent base. A stream costs nothing here but its place in the set: a struct event
 * and libevent's map would take 165 bytes of each idle connection.
 * Thread: the loop's.
 */
#ifndef NET_POLLER_H
#define NET_POLLER_H

#include "base/str.h"

#include <event2/event_struct.h>

struct loop;
struct stream;

struct poller {
	struct loop *loop;
	struct event event;
	int fd; /* of the epoll set; -1: none */
};

/* Errors: -E_SYSTEM, -E_NOMEM. */
int poller_init(struct poller *p, struct loop *l) MUST_USE;
void poller_fini(struct poller *p);

/* Tell s (its below says for what so far) when it is ready for what: STREAM_READ,
 * STREAM_WRITE, both, or nothing. Errors: -E_NOMEM. */
int poller_watch(struct poller *p, struct stream *s, int what) MUST_USE;

#endif
