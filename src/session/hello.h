/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came with the first request of a session. Its URL and headers are often those of others,
 * too, and rest in the texts of their loop. Thread: the session's loop.
 */
#ifndef SESSION_HELLO_H
#define SESSION_HELLO_H

#include "session/headers.h"

struct session_hello {
	int64_t issued_ms;
	struct address peer;
	bool is_secure;
	struct text *url, *headers;
};

/* Errors: -E_NOMEM; it is to be ended all the same. */
int session_hello_init(struct session_hello *h, struct texts *texts, struct request *r,
		       int64_t wall_ms) MUST_USE;
void session_hello_fini(struct session_hello *h, struct texts *texts);

static inline struct str
session_hello_url(const struct session_hello *h)
{
	return text_str(h->url);
}

/* Without its question mark. */
struct str session_hello_query(const struct session_hello *h);

/* "name: value\r\n" each, names in lower case; without those that concern the connection and
 * not the session, as Connection, Upgrade and Sec-WebSocket-Key do. */
static inline struct str
session_hello_headers(const struct session_hello *h)
{
	return text_str(h->headers);
}

/* Without the query from now on: a token may stand there, which has done its duty. It stays
 * when memory is short. */
void session_hello_forget_query(struct session_hello *h, struct texts *texts);

/* Value of the first header of that name (lower case), empty when absent. */
struct str session_hello_header(const struct session_hello *h, struct str name);

#endif
