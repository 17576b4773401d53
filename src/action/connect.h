/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client enters a namespace: is there one, does its session fit, is it of that company and
 * artifact, what do the plugins say; then its rooms. The token was verified below.
 * Thread: the socket's loop. Source: doc/protocols.md "actions".
 *
 *	asked → known? → session? → company, artifact? → each plugin's admit → accepted
 */
#ifndef ACTION_CONNECT_H
#define ACTION_CONNECT_H

#include "action/peer.h"

/* [any thread] */
bool connect_namespace_exists(const struct actions *a, struct str name);

/* hub_up: on_connect, on_disconnect. */
void connect_begin(struct actions *a, struct socket *s, struct str auth);
void connect_end(struct socket *s, const char *reason);

/* A plugin's answer to admit. Errors: -E_STATE when none is awaited. */
int connect_accept(struct peer *p) MUST_USE;
int connect_refuse(struct peer *p, struct str message, struct str data) MUST_USE;

/* The handshake as plugins see it. */
void connect_handshake(const struct socket *s, struct tg_handshake *out);

#endif
