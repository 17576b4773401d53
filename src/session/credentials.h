/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where in a request a token may stand: ?token=, Authorization: Bearer,
 * a cookie, Sec-WebSocket-Protocol: bearer.TOKEN, in the order in which they count.
 * Pure; any thread.
 */
#ifndef SESSION_CREDENTIALS_H
#define SESSION_CREDENTIALS_H

#include "session/hello.h"

/* cookie: its name, empty for none. The token lies in hello or in a; empty when there is none. */
struct str credentials_token(const struct session_hello *hello, struct str cookie,
			     struct arena *a);

/* The same in a later request of a session, with this token in its query; it lies in r. */
struct str credentials_of_request(struct request *r, struct str token, struct str cookie);

/* What a server answers that knows no subprotocols: the first that is no token, else the first,
 * as ws does under Socket.IO, since a browser gives up when none of its own comes back. Empty
 * when there is none, or the list is no list of tokens. */
struct str credentials_chosen_subprotocol(struct str list);

/* The item of a list of subprotocols that begins with prefix, else with ptr NULL. */
struct str credentials_subprotocol(struct str list, struct str prefix);

#endif
