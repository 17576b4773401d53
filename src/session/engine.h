/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HTTP side of Engine.IO: one per mount, shared by all loops. Checks each request, finds its
 * session (on whichever loop it lives), opens new ones, serves the client bundle.
 * Immutable after engine_new; the handlers run on the request's loop.
 * Source: the Engine.IO protocol document; engine.io 6.6 for error codes and order of checks.
 */
#ifndef SESSION_ENGINE_H
#define SESSION_ENGINE_H

#include "session/session.h"
#include "transport/router.h"
#include "transport/static_files.h"

struct engine_app {
	/* A new session without transport: set its up, fill its room. Errors: any, the client is
	 * refused. */
	int (*on_session)(void *app, struct session *s, struct request *r);
	/* May who sent this request, with this token in its query, use the session? NULL:
	 * whoever knows its id may. */
	bool (*is_owner)(void *app, struct session *s, struct request *r,
			 struct str token);
	/* The request is taken: more header lines for its answer, into r->headers. is_first: it
	 * opens a session. NULL: none. */
	void (*on_headers)(void *app, struct request *r, bool is_first);
};

struct engine {
	const struct config_mount *mount;
	struct sessions *const *sessions; /* by loop id */
	size_t loops_n;
	uint16_t node;
	struct limit_table *addresses;     /* new sessions of each; NULL: nobody counts */
	const struct static_files *client; /* NULL: no bundle */
	const struct engine_app *app;
	void *const *app_state; /* by loop id */
};

/* Route handlers with struct engine as their argument. */
enum route_next engine_begin(struct request *r);
void engine_serve(struct request *r);

#endif
