/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A WebSocket that speaks one of the plain JSON dialects: which one (the path, ?dialect=, the
 * subprotocol, or its first message tell), heartbeat and idle limit, message and subscription
 * rates. Messages go up as verbs, answers and events come down. Who it is and what it may do
 * is the business of the table above it.
 * Owned by its WebSocket; freed at the end of the turn in which that closed. Thread: its loop.
 */
#ifndef SESSION_PLAIN_SESSION_H
#define SESSION_PLAIN_SESSION_H

#include "dialect/plain.h"
#include "policy/limit.h"
#include "policy/rate.h"
#include "session/hello.h"
#include "session/session.h"

struct plain_session;

struct plain_up {
	/* A message, well-formed. Its texts are good until this returns. */
	void (*on_verb)(void *up, const struct verb *v);
	/* It was undecided: dialect and mount are others from now on. False: it was closed. */
	bool (*on_decide)(void *up);
	/* Exactly once, when it begins to close. */
	void (*on_close)(void *up, const char *reason);
	/* It is told something now, or begins to close: queue before that what is on its way to
	 * it. */
	void (*on_word)(void *up);
};

/* What stands behind the mounts of a path. */
struct plain_app {
	/* Sets up and up_state; may fail the session at once. Errors: -E_NOMEM. */
	int (*on_session)(void *app, struct plain_session *p);
};

enum { PLAIN_MOUNTS_MAX = 8 };

/* The plain mounts of one listener, host and path: what its route serves. */
struct plain_route {
	const struct config_mount *mounts[PLAIN_MOUNTS_MAX];
	size_t mounts_n;
	const struct config *config;   /* whose mounts lend limits to other dialects */
	struct sessions **sessions;    /* by loop */
	struct limit_table *addresses; /* new connections, shared by all loops */
	const struct plain_app *app;
	void **app_state; /* by loop */
};

struct plain_session {
	struct list link; /* among the plain sessions of its loop */
	struct sessions *all;
	struct websocket *websocket; /* NULL once gone */
	const struct plain_route *route;
	const struct config_mount *mount;
	const struct dialect *dialect;
	const struct plain_up *up; /* NULL once it was told of the end */
	void *up_state;
	struct session_hello hello;
	union {
		/* the next beat, the end of its patience, or its end */
		struct wheel_timer life;
		struct loop_grave grave; /* once closed */
	};
	struct rate messages, subscriptions;
	uint64_t heard_ms; /* the last message, or pong where that is what counts */
	uint64_t beat_ms;  /* the last beat, before that the beginning */
	uint8_t unanswered_n;
	bool is_held;
	bool is_full; /* the queue is: it ends a moment later */
};

/* Route handler; its argument is the struct plain_route. */
void plain_session_serve(struct request *r);

/* It speaks the dialect of that mount of its route from now on. */
void plain_session_become(struct plain_session *p, const struct config_mount *mount);

/* Queue a frame. One that finds the queue full ends the session a moment later.
 * Errors: -E_GONE, -E_FULL, -E_NOMEM. */
int plain_session_send(struct plain_session *p, struct frame *f);
bool plain_session_is_lagging(const struct plain_session *p);

/* Say what the dialect has for it, if anything. wall_ms of words is filled in. */
void plain_session_reply(struct plain_session *p, enum reply reply, struct words *words);

/* Tell an error in the dialect's words; words may be NULL. Returns the code with which the
 * dialect would close, 0: none. */
int plain_session_complain(struct plain_session *p, int error, enum verb_kind verb,
			   struct words *words);
/* The same, and close if the dialect says so. */
void plain_session_fail(struct plain_session *p, int error, enum verb_kind verb,
			struct words *words);

/* Close it: up hears of it before this returns. code 0: a normal end. */
void plain_session_close(struct plain_session *p, int code, struct str reason,
			 const char *why);

/* Keep further messages waiting, in order, or let them come. */
void plain_session_hold(struct plain_session *p, bool hold);

/* Close all of a loop. */
void plain_sessions_close_all(struct sessions *all);

#endif
