/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection that has to begin with a PROXY protocol header. Until the header has come it
 * counts as admission_nobody's: among all, but for no address; then for the client's. A bad
 * header, or none within the time of a request's head, closes the connection without a word.
 * Thread: the connection's loop.
 */
#ifndef TRANSPORT_PROXY_CONN_H
#define TRANSPORT_PROXY_CONN_H

#include "transport/http_server.h"

/* Is the peer a proxy that is believed? Everybody is when the configuration trusts nobody by
 * name: who may reach such a listener is then the network's business. */
bool proxy_conn_may_start(const struct http_server *s, const struct address *peer);

/* Wait for the header; proxy is who the socket belongs to, for headers that name nobody else. */
void proxy_conn_start(struct http_server *s, struct conn *c, const struct address *proxy);

#endif
