/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which handler answers a path. Filled once at start by the wiring, immutable afterwards, first
 * match wins. Any thread may look.
 */
#ifndef TRANSPORT_ROUTER_H
#define TRANSPORT_ROUTER_H

#include "base/str.h"

struct request;
struct router;

/* What begin decided. */
enum route_next {
	ROUTE_SERVE, /* read the body, then call serve */
	ROUTE_TAKEN  /* answered, or on its way to another loop */
};

struct route {
	const char *listener; /* NULL or "": any */
	const char *host;     /* NULL or "": any; compared without port */
	const char *path;  /* "/realtime"; a trailing slash in the request is ignored */
	bool subtree;      /* everything below as well */
	const char *allow; /* methods for 405: "GET, HEAD"; NULL: the handler decides */
	/* At the head, before the body: refuse, limit the body, or move. May be NULL. */
	enum route_next (*begin)(struct request *r);
	/* The request is complete: answer now or later, or upgrade. */
	void (*serve)(struct request *r);
	void *arg; /* of the handler */
};

struct router *router_new(void) MUST_USE;
void router_free(struct router *r);

/* Texts are borrowed for the router's life. Errors: -E_NOMEM. */
int router_add(struct router *r, const struct route *route) MUST_USE;

/* NULL when nothing is there. */
const struct route *router_find(const struct router *r, struct str listener,
				struct str host, struct str path);

/* What follows the route's path: "" or "/socket.io.js". */
struct str route_rest(const struct route *route, struct str path);

#endif
