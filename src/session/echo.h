/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two echo dialects, for protocol suites and first steps: every Engine.IO message, and every
 * WebSocket message, comes back as it came. Thread: the connection's loop.
 */
#ifndef SESSION_ECHO_H
#define SESSION_ECHO_H

#include "session/engine.h"

/* For a mount with dialect engine-echo. */
extern const struct engine_app echo_engine_app;

/* Route handler for a mount with dialect ws-echo; its argument is the struct config_mount. */
void echo_websocket_serve(struct request *r);

#endif
