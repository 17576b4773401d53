/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Persons behind sockets of "/": they come online and go offline, and are in rooms, once each
 * however many connections they have, and those who care hear of it. A socket without a user
 * is nobody. Thread: the socket's loop. Source: doc/protocols.md "Plain dialects".
 */
#ifndef HUB_PEOPLE_H
#define HUB_PEOPLE_H

#include "hub/socket.h"

/* It is connected: user:U, company:C and, where its dialect does so, the channels of its token
 * are joined; whoever watches hears that the person is online. Errors: -E_NOMEM. */
int people_arrive(struct socket *s) MUST_USE;
/* It may be told what waited for its person. */
void people_greet(struct socket *s);
/* It is going, its rooms are still there. */
void people_depart(struct socket *s);

/* room_join and room_leave tell. Errors: -E_NOMEM. */
int people_join(struct socket *s, struct str room) MUST_USE;
void people_leave(struct socket *s, struct str room);

/* Join a room at the client's own wish: others in it hear of the person's first coming.
 * Errors: as socket_join. */
int people_enter(struct socket *s, struct str room) MUST_USE;
/* Leave one likewise: others hear of it, even if they did not hear of the person's coming. */
void people_exit(struct socket *s, struct str room);

/* Join the channels of its token. Errors: -E_NOMEM. */
int people_join_channels(struct socket *s) MUST_USE;

/* Append "user_id":…, a number where it is a safe integer, and the like. */
void people_write_id(struct buf *out, struct str id);

#endif
