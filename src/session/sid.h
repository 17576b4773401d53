/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Session and socket ids that carry their owner: where a request belongs can be read off its
 * sid. base64url, so they need no escaping in a query. Pure but for random bytes; any thread.
 */
#ifndef SESSION_SID_H
#define SESSION_SID_H

#include "base/str.h"

enum {
	SID_BYTES = 24, /* of a session: node (16 bits), loop (8), 120 random bits */
	SOCKET_SID_BYTES =
		20 /* of a socket: loop (8), 112 random bits; Socket.IO's adapters
			       * count on exactly 20 characters */
};

void sid_new(uint16_t node, int loop, char out[SID_BYTES]);
/* False when it is no session id of this form. */
bool sid_owner(struct str sid, uint16_t *node_out, int *loop_out);

void socket_sid_new(int loop, char out[SOCKET_SID_BYTES]);
bool socket_sid_owner(struct str sid, int *loop_out);

#endif
