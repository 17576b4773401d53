/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HTTP state of one connection. Between http_server (which connections there are) and
 * request (what a handler sees). Thread: the connection's loop.
 */
#ifndef TRANSPORT_HTTP_CONN_H
#define TRANSPORT_HTTP_CONN_H

#include "transport/request.h"

/* Speak HTTP on a new connection. */
void http_conn_start(struct http_server *s, struct conn *c);

/* Close when idle, else after the answer. */
void http_conn_drain(struct conn *c);

/* The request of this connection was answered or upgraded: forget it, take the next one. */
void http_conn_finish(struct request *r, bool close);
/* Another protocol is set up on the connection at once: forget HTTP, not the connection. */
void http_conn_leave(struct request *r);
/* Stop here, go on with begin on another loop. */
void http_conn_move(struct request *r, struct loop *to);

#endif
