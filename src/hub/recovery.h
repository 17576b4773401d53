/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connection state recovery: a client that is lost and comes back within its mount's window
 * goes on as the same socket, in the same rooms, with what it missed, even by another loop. When
 * anything is in doubt it gets a fresh socket and is not told otherwise.
 * One per hub, and none at all when no mount has recovery. Thread: the hub's loop.
 * Source: socket.io 4.6, SessionAwareAdapter; unlike there, rooms count as they were when an
 * event was sent, and memory is bounded.
 *
 *   socket ──lost──> kept on its loop ──asked for by any loop──> revival ──accepted──> socket
 */
#ifndef HUB_RECOVERY_H
#define HUB_RECOVERY_H

#include "hub/client.h"
#include "hub/ticket.h"

struct recovery;

/* NULL in *out when no mount of the loop's configuration wants it. Errors: -E_NOMEM. */
int recovery_new(struct hub *h, struct recovery **out) MUST_USE;
void recovery_free(struct recovery *r); /* NULL is allowed */

/* --- events ------------------------------------------------------------------------------ */

/* A broadcast of this thread gets its offset; text is valid until recovery_sent. Between the two
 * nobody else's stands among those of callers without a loop. from as in hub_broadcast.
 * [any thread] */
struct recovery_offset recovery_send(struct hubs *all, struct hub *from);
/* It is under way; or, not was_sent, it never will be. */
void recovery_sent(struct hubs *all, struct hub *from, bool was_sent);

/* A broadcast passes this loop. */
void recovery_note(struct hub *h, struct recovery_offset o, const struct target *to,
		   struct message *m);
/* An event for this socket alone, which has a ticket. Errors: as socket_emit. */
int recovery_emit(struct socket *s, const struct event_out *event);
/* One for a socket that is kept. Errors: -E_NOT_FOUND, -E_NOMEM. */
int recovery_emit_lost(struct hub *h, struct str sid, const struct event_out *event);

/* --- sockets ----------------------------------------------------------------------------- */

/* The socket joined or left; it has a ticket. */
void recovery_joined(struct socket *s, struct str room);
void recovery_left(struct socket *s, struct str room);

/* A connected socket ends: keep what it needs to come back, if it may. False: it may not. */
bool recovery_keep(struct socket *s, const char *reason);
/* That waits for it, too; dropped when it is forgotten by now. NULL is allowed. */
void recovery_keep_with(struct hub *h, struct str sid, struct keepsake *keepsake);
/* It is gone for good. */
void recovery_drop(struct socket *s);

/* A CONNECT with auth asks to go on as before. True: client_enter is called, now or later. who
 * is borrowed. */
bool recovery_ask(struct client *c, struct str nsp, struct str auth,
		  struct identity *who);

/* s was made for this revival, and owns it now. */
void recovery_attach(struct socket *s, struct revival *r);
void revival_free(struct revival *r); /* NULL is allowed */

/* The socket is accepted: it has a ticket from now on. *has_state_out: it goes on as before,
 * and recovery_replay is to be called when its CONNECT was answered.
 * Errors: -E_NOMEM, -E_GONE when what was promised cannot be kept any more. */
int recovery_begin(struct socket *s, bool *has_state_out) MUST_USE;
/* Rooms, then what was missed. Errors: -E_NOMEM. */
int recovery_replay(struct socket *s) MUST_USE;

/* Where a socket went that is not found here. False when it did not go. */
bool recovery_forward(const struct hub *h, struct str sid, int *loop_out);

#endif
