/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The handshake of a connection as Socket.IO applications know it. Pure; any thread.
 * Source: Socket.IO's server API, socket.handshake.
 */
#ifndef ACTION_HANDSHAKE_H
#define ACTION_HANDSHAKE_H

#include "base/arena.h"
#include "base/buf.h"
#include "hub/socket.h"

/* Value of the first header of that name (lower case) in "name: value\r\n"… */
bool handshake_header(struct str headers, struct str name, struct str *value_out);

/* Append {"headers":{…},"time":…,"address":…,"xdomain":…,"secure":…,"issued":…,"url":…,
 * "query":{…},"auth":{…}}. Repeated headers are joined by ", ", of repeated members of the
 * query the last one counts. a is for decoding. */
void handshake_write_json(const struct handshake *h, struct arena *a, struct buf *out);

#endif
