/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a token on a connection: the built-in action auth.refresh takes a fresh one for
 * the same user, company and session; at exp the client is told, and after the grace period its
 * connection is closed.
 * Thread: the socket's loop. Source: doc/protocols.md "Authentication".
 */
#ifndef ACTION_REFRESH_H
#define ACTION_REFRESH_H

#include "action/peer.h"

/* Errors: -E_NOMEM, -E_DUPLICATE. */
int refresh_register(struct registry *r) MUST_USE;

/* Start, or start again, to wait for the expiry of the socket's identity. */
void refresh_watch(struct peer *p);

/* Of peer.expiry. */
void refresh_on_expiry(struct wheel_timer *t);

#endif
