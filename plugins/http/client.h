/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP requests to one backend: a thread with a pool of kept-alive connections, a queue in
 * front of it. A request that may not be repeated is sent once, whatever happens to it.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "text.h"

struct client_settings {
	const char *url;     /* what paths are appended to, without a slash at its end */
	const char *socket;  /* Unix socket to go through; NULL: none */
	const char *secret;  /* signs each request; NULL: none is */
	long connections_n;  /* in the pool */
	size_t queue_n;      /* requests waiting and under way; above it TG_E_FULL */
	size_t answer_bytes; /* of one answer's body */
};

/* What came of a request. */
struct client_answer {
	long status;      /* of HTTP; 0: there was no answer */
	bool is_late;     /* because its time was over */
	bool is_unsent;   /* before the backend could hear of it */
	bool is_for_once; /* Cache-Control: no-store */
	struct tg_str body;
};

struct client_request {
	const char *path;  /* below the URL, percent-encoded */
	struct text *body; /* JSON; taken over when the request is accepted */
	long timeout_ms;
	bool may_repeat; /* sending it twice harms nobody: tried again when it fails */
	/* Exactly once, on the client's thread, or in client_stop. */
	void (*done)(void *arg, const struct client_answer *answer);
	/* Does anybody still wait for it? Asked before it is sent. NULL: yes. */
	bool (*is_wanted)(void *arg);
	void *arg;
};

/* settings are borrowed for the client's life. 0 or an enum tg_error. */
int client_start(const struct client_settings *settings);
/* Ends the thread; what is left is answered with status 0. */
void client_stop(void);

/* Errors: TG_E_FULL, TG_E_NOMEM; then done is not called. [any thread] */
int client_send(const struct client_request *request);

#endif
