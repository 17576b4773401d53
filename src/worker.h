/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One loop with all that belongs to it: its hub, sessions, HTTP servers, listeners and thread.
 * Built and freed by the main thread; between start and stop its thread alone touches it,
 * except for what is marked.
 */
#ifndef WORKER_H
#define WORKER_H

#include "session/session.h"
#include "transport/http_server.h"

#include <pthread.h>

struct address_set;
struct bad_tokens;
struct hub;
struct listener;
struct reload;
struct token_keys;

/* What the loops share, borrowed from the server. */
struct worker_shared {
	const struct router *router;
	const struct router *api; /* of the server API's listener */
	struct admission *admission;
	const struct address_set *trusted_proxies;
	struct tls **tls; /* by listener, NULL where it is plaintext */
	struct bad_tokens *bad_tokens;
};

struct worker {
	struct loop *loop;
	struct hub *hub;
	struct sessions sessions;
	struct http_server *servers; /* one per listener */
	struct listener **listeners;
	size_t listeners_n;
	pthread_t thread;
	bool has_thread;
	uint64_t turn; /* in which its loop was found last, by the main thread */
};

enum worker_order { WORKER_DRAIN, WORKER_FAREWELL };

/* Loop and sessions. Errors: -E_NOMEM. */
int worker_init(struct worker *w, int id, uint16_t node, struct clock clock,
		struct config *config) MUST_USE;
/* HTTP for each listener; behind the configured ones stands the server API's, if there is one.
 * Errors: -E_NOMEM. */
int worker_add_servers(struct worker *w, struct worker *all, size_t all_n,
		       const struct worker_shared *shared) MUST_USE;
/* port 0: the address decides. Errors: -E_ARGUMENT, -E_SYSTEM. */
int worker_listen(struct worker *w, size_t listener, const char *address,
		  uint16_t port) MUST_USE;
uint16_t worker_port(const struct worker *w, size_t listener);

/* Errors: -E_SYSTEM. */
int worker_start(struct worker *w) MUST_USE;
/* Drain: stop listening, close what is idle. Farewell: close all sessions. [any thread] */
void worker_order(struct worker *w, enum worker_order order);
void worker_stop(struct worker *w); /* [any thread] joins it */

/* What a reload brings to a loop, of which it takes references of its own. */
struct worker_reload {
	struct config *config;
	struct token_keys *keys;
	struct tls **tls; /* by listener, NULL: as before */
	size_t tls_n;
};
/* Such a reload, ready to be sent: what can fail is done. NULL: no memory. */
struct reload *worker_reload_new(struct worker *w,
				 const struct worker_reload *with) MUST_USE;
/* Takes it over. [any thread] */
void worker_reload_send(struct reload *r);
void worker_reload_free(struct reload *r); /* one that was not sent; NULL is allowed */

/* After the threads stopped: deliver letters, close what is open, bury. */
void worker_last_turn(struct worker *w);
void worker_fini(struct worker *w);

#endif
