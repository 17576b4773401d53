/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Socket.IO client on one Engine.IO session: puts packets together (binary attachments),
 * checks them, connects namespaces, and gives events to their sockets.
 * Lives in its session. Thread: its loop.
 */
#ifndef HUB_CLIENT_H
#define HUB_CLIENT_H

#include "hub/hub.h"
#include "policy/identity.h"
#include "proto/socketio.h"
#include "session/engine.h"

struct revival;

/* In its session's room. */
struct client {
	struct hub *hub;
	struct list sockets;
	struct asking *asking; /* for namespaces; NULL: one was asked for and joined */
	struct binary *binary; /* a packet that waits for its attachments */
	uint8_t wire;          /* enum wire */
	bool was_joined;       /* a namespace, once */
};

_Static_assert(sizeof(struct client) <= SESSION_ROOM_BYTES, "it is in the room");

static inline struct client *
session_client(struct session *s)
{
	return (struct client *)(void *)s->room;
}

static inline struct session *
client_session(const struct client *c)
{
	return session_around(c);
}

/* For mounts that speak Socket.IO; app_state is the loop's hub. */
extern const struct engine_app client_engine_app;

struct socket *client_find_socket(struct client *c, struct str nsp);

/* Queue all frames. Errors: as session_send. */
int client_send(struct client *c, const struct frames *f);
/* The same, and free them; NULL counts as -E_NOMEM. */
int client_send_own(struct client *c, struct frames *f);

/* What its packets may be. */
struct sio_limits client_limits(const struct client *c);
/* A complete packet of the client, whatever form it came in. */
void client_packet(struct client *c, const struct sio_packet *p,
		   const struct str *attachments);
/* A message from a client that speaks socket.io-msgpack-parser. */
void client_read_msgpack(struct client *c, enum frame_kind kind, struct str bytes);

/* May who sent this request use the session? (struct engine_app) */
bool client_is_owner(void *app, struct session *s, struct request *r, struct str token);

/* It asks for a namespace: is that within connect_rate? Also false without memory. */
bool client_may_ask(struct client *c);
/* A namespace is joined: nobody waits for that any more. */
void client_joined(struct client *c);

/* The client broke the rules: its session ends. */
void client_fail(struct client *c, const char *why);

/* A socket of it that asks for nsp. NULL: no memory. */
struct socket *client_make_socket(struct client *c, struct str nsp, struct identity *who,
				  struct str auth) MUST_USE;

/* A CONNECT packet for a namespace that it is not in. */
void client_ask(struct client *c, const struct sio_packet *p);
/* It wants to be in nsp: token, namespace, then the floor above. */
void client_connect(struct client *c, struct str nsp, struct str auth);

/* …and then: go on as before (r, which is taken over), or with a fresh socket (NULL). */
void client_enter(struct client *c, struct str nsp, struct str auth, struct identity *who,
		  struct revival *r);

#endif
