/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plugins.http of the configuration:
 *
 *	plugins:
 *	  http:
 *	    url: http://127.0.0.1:9000/tidegate  # POST …/actions/NAME, …/authorize, …
 *	    socket: /run/backend.sock            # go through a Unix socket
 *	    secret: "…"                          # or BACKEND_SECRET
 *	    timeout_ms: 5000                     # of an action that names none, and of questions
 *	    connections: 16
 *	    queue: 1024
 *	    answer_bytes: 1048576
 *	    failures: 5                          # unanswered actions in a row (0: any number), then
 *	    pause_ms: 10000                      # BACKEND_UNAVAILABLE at once for so long
 *	    actions: [echo, {name: report.create, permission: report.write, timeout_ms: 10000,
 *	              idempotent: true, running: 64, schema: {type: object}}]
 *	    authorize: true
 *	    notifications: true                  # POST …/notifications/read
 */
#ifndef HTTP_SETTINGS_H
#define HTTP_SETTINGS_H

#include "client.h"
#include "policy/breaker.h"

/* An action that the backend answers. */
struct forwarded {
	struct tg_action action; /* its state is this */
	char *path;              /* "/actions/report.create" */
	bool is_idempotent;
};

struct settings {
	struct client_settings client;
	struct breaker_rule breaker;
	long timeout_ms;
	bool asks_authorize, tells_read;
	struct forwarded *actions;
	size_t actions_n;
};

/* Reads tg_config(). Without a url nothing is forwarded: client.url is NULL.
 * Errors: TG_E_ARGUMENT (logged), TG_E_NOMEM. Owns: texts live until settings_free. */
int settings_read(struct settings *out);
void settings_free(struct settings *s);

#endif
