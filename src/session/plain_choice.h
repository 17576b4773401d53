/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which of a path's plain mounts serves a request, and whether it may come at all: origin, bad
 * tokens and new connections of its address. Thread: the request's loop.
 * Source: doc/protocols.md "Mounts".
 */
#ifndef SESSION_PLAIN_CHOICE_H
#define SESSION_PLAIN_CHOICE_H

#include "session/plain_session.h"

/* The mount whose limits count once a connection of mount speaks that dialect: one of the
 * path, else the first of the configuration, else mount itself (may be NULL). */
const struct config_mount *plain_choice_mount(const struct plain_route *route,
					      const struct config_mount *mount,
					      enum config_dialect dialect);

/* The rest of plain_session's way in. The session is the caller's until opened. NULL: no
 * memory. */
struct plain_session *plain_session_new(const struct plain_route *route,
					const struct config_mount *mount,
					const struct dialect *dialect,
					struct request *r) MUST_USE;
/* Upgrade and tell the floor above. Errors: as websocket_open; the session is gone then. */
int plain_session_open(struct plain_session *p, struct request *r) MUST_USE;

#endif
