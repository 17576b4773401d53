/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The socket as its own floor sees it. Thread: its loop. */
#ifndef HUB_SOCKET_INSIDE_H
#define HUB_SOCKET_INSIDE_H

#include "base/list.h"
#include "hub/client.h"
#include "hub/room.h"
#include "hub/socket.h"
#include "net/loop.h"

enum socket_state { SOCKET_ASKED, SOCKET_CONNECTED, SOCKET_GONE };

struct socket {
	char id[SOCKET_ID_BYTES];
	uint8_t state; /* enum socket_state */
	uint32_t nsp_at; /* among the namespace's sockets */
	struct namespace *nsp;
	struct client *client;
	struct list link; /* among the client's */
	struct memberships rooms;
	uint64_t round; /* the last broadcast that saw it */
	struct identity *who;
	struct list acks; /* struct ack: what we wait for, oldest first */
	uint64_t acks_n;  /* ids given out so far */
	char *auth;	  /* JSON object of its CONNECT, zero-terminated */
	void *data;	  /* of the floor above */
	struct loop_grave grave;
};

/* A socket that asks for nsp; takes a reference to who. NULL: no memory. */
struct socket *socket_new(struct client *c, struct str nsp, struct identity *who,
			  struct str auth) MUST_USE;

/* Deliver a message that others may get too. */
void socket_deliver(struct socket *s, struct message *m, bool is_volatile);

/* It leaves its namespace: the floor above is told, acknowledgements fail, rooms are left. */
void socket_end(struct socket *s, const char *reason);

#endif
