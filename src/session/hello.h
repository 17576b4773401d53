/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came with the first request of a session: one block of memory with its URL inside, and
 * headers that others may have, too. Immutable. Thread: the session's loop.
 */
#ifndef SESSION_HELLO_H
#define SESSION_HELLO_H

#include "session/headers.h"

struct session_hello {
	int64_t issued_ms;
	struct address peer;
	struct headers *headers;
	uint32_t url_n, query_n;
	bool is_secure;
	char url[]; /* its end is the query */
};

static inline struct str
session_hello_url(const struct session_hello *h)
{
	return (struct str){h->url, h->url_n};
}

static inline struct str
session_hello_query(const struct session_hello *h)
{
	return (struct str){h->url + h->url_n - h->query_n, h->query_n};
}

/* "name: value\r\n" each, names in lower case; without those that concern the connection and
 * not the session, as Connection, Upgrade and Sec-WebSocket-Key do. */
static inline struct str
session_hello_headers(const struct session_hello *h)
{
	return headers_text(h->headers);
}

/* Bytes of one that r begins, text included; it is filled from r. */
size_t session_hello_size_for(const struct request *r);
/* Errors: -E_NOMEM; its headers are to be given back all the same. */
int session_hello_fill(struct session_hello *hello, struct headers_pool *pool,
		       struct request *r, int64_t wall_ms) MUST_USE;

static inline size_t
session_hello_size(const struct session_hello *h)
{
	return offsetof(struct session_hello, url) + h->url_n;
}

/* One on its own. NULL when memory is short. */
struct session_hello *session_hello_new(struct headers_pool *pool, struct request *r,
					int64_t wall_ms) MUST_USE;
void session_hello_free(struct headers_pool *pool, struct session_hello *h);

/* Without the query from now on: a token may stand there, which has done its duty. Returns the
 * hello, at another place unless memory is short. Only for one on its own. */
struct session_hello *session_hello_forget_query(struct headers_pool *pool,
						 struct session_hello *h) MUST_USE;

/* Value of the first header of that name (lower case), empty when absent. */
struct str session_hello_header(const struct session_hello *h, struct str name);

#endif
