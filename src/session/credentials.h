/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where in the first request of a session a token may stand: ?token=, Authorization: Bearer,
 * a cookie, Sec-WebSocket-Protocol: bearer.TOKEN, in the order in which they count.
 * Pure; any thread.
 */
#ifndef SESSION_CREDENTIALS_H
#define SESSION_CREDENTIALS_H

#include "session/hello.h"

/* cookie: its name, empty for none. The token lies in hello or in a; empty when there is none. */
struct str credentials_token(const struct session_hello *hello, struct str cookie,
			     struct arena *a);

/* The item of a list of subprotocols that begins with prefix, else with ptr NULL. */
struct str credentials_subprotocol(struct str list, struct str prefix);

#endif
