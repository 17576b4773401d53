/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP on the connections of one listener and one loop: reads requests one after the other,
 * keeps their deadlines, finds their route, and writes the answers in order.
 * Owned by its loop's wiring; its connections own themselves. Thread: its loop.
 *
 *   idle ─first byte─> head ─> [begin] body ─> [serve] answering ─answered─> idle
 */
#ifndef TRANSPORT_HTTP_SERVER_H
#define TRANSPORT_HTTP_SERVER_H

#include "proto/http.h"
#include "transport/conn.h"
#include "transport/router.h"

struct address_set;
struct tls;

struct http_server {
	struct loop *loop;
	const struct router *router;
	const struct config_http *times; /* of its loop's configuration */
	struct http_limits limits;
	const char *listener;         /* name, for routes */
	struct admission *admission;  /* who may connect; NULL: everybody */
	struct http_server **sibling; /* the same listener on each loop, by loop id */
	struct list conns;            /* those that speak HTTP now */
	struct list upgraded;         /* those that speak something else */
	bool tells_problems;          /* refusals are problem+json */
	bool is_draining;             /* answers close their connection */
	const struct address_set *trusted; /* proxies; NULL: none */
	struct tls *tls;       /* NULL: plaintext; a reference of the wiring's */
	bool has_proxy_header; /* connections begin with one */
};

/* An accepted descriptor, or a test's memory. NULL when it is refused (limit, memory, no trusted
 * proxy) and closed. */
struct conn *http_server_accept(struct http_server *s, int fd,
				const struct address *peer);
struct conn *http_server_accept_memory(struct http_server *s, struct stream_memory *m);

/* Go on with a connection that has told whom it is for: TLS if the listener has it, then HTTP.
 * early: bytes already read that belong to TLS. Errors: -E_NOMEM. */
int http_server_begin(struct http_server *s, struct conn *c, struct str early) MUST_USE;

/* Close idle connections, and the others after their answer. */
void http_server_drain(struct http_server *s);
/* Close every connection that is left, of whatever protocol. */
void http_server_close(struct http_server *s);

#endif
