/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plain connection among people and rooms: who it is, what it may join, what it says there.
 * The other kind of thing behind struct socket, beside Socket.IO's client; its socket is in
 * namespace "/". Owned by its plain session; freed after the turn in which that closed.
 * Thread: its loop.
 *
 *	plain session ── speaker ── socket ──< member >── room
 */
#ifndef HUB_SPEAKER_H
#define HUB_SPEAKER_H

#include "hub/socket.h"
#include "session/plain_session.h"

struct speaker;

/* For plain mounts; app_state is the loop's hub. */
extern const struct plain_app speaker_app;

/* The person of s has read the notification: its other connections are told. */
void speaker_tell_read(struct socket *s, struct str notification_id);

/* Tell the client of s, in its dialect's words, that its verb failed. Nothing happens when s is
 * no plain connection. */
void speaker_fail(struct socket *s, int error, enum verb_kind verb);

#endif
