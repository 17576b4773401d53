/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All floors wired together: built bottom-up from a configuration, run, freed top-down. The
 * program runs it on threads; scenes turn its single loop by hand.
 * Thread: the main thread, unless marked.
 */
#ifndef SERVER_H
#define SERVER_H

#include "base/buf.h"
#include "base/clock.h"
#include "config/config.h"

struct conn;
struct loop;
struct server;
struct stream_memory;

/* Everything but sockets and threads. Faults are appended to errors, a line each.
 * Errors: -E_CONFIG, -E_SYSTEM, -E_NOMEM. */
int server_new(struct config *config, struct clock clock, struct server **out,
	       struct buf *errors) MUST_USE;

/* Listen on every configured address. Errors: -E_SYSTEM with a line in errors. */
int server_listen(struct server *s, struct buf *errors) MUST_USE;

/* Start the loops' threads. Errors: -E_SYSTEM. */
int server_start(struct server *s) MUST_USE;

/* Take over what can change while it runs: certificates, keys of tokens and of the server API,
 * and whatever else keys.def calls RELOADED; who is connected stays. Faults are appended to
 * errors, a line each, and change nothing. Errors: -E_CONFIG, -E_NOMEM. */
int server_reload(struct server *s, struct config *fresh, struct buf *errors) MUST_USE;
/* The configuration that was taken over last; borrowed until the next. */
const struct config *server_config(const struct server *s);

/* Every few seconds: an event loop that is still where it was found the last time is told in
 * the log, and once many clients have left and few come, memory that they needed goes back to
 * the system. Main thread. */
void server_tidy(struct server *s);

/* No new connections, running actions end, clients are told; then the threads stop. */
void server_stop(struct server *s);

/* After server_stop, or when it was never started. NULL is allowed. */
void server_free(struct server *s);

/* The port the i-th listener got, 0 for a Unix socket; behind the configured ones stands the
 * server API's. */
uint16_t server_port(const struct server *s, size_t i);

/* Token of the demo user, for the line printed at start. */
int server_demo_token(const struct server *s, struct buf *out) MUST_USE;

/* For scenes: the i-th loop, and a connection that a test plays on the listener-th listener. */
struct loop *server_loop(const struct server *s, size_t i);
struct conn *server_connect(struct server *s, size_t loop, size_t listener,
			    struct stream_memory *m);

#endif
