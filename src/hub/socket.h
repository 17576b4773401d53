/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection in the space of rooms: a Socket.IO client in one namespace, or a plain WebSocket
 * in "/". Its id, rooms, person and waiting acknowledgements. Owned by its client (a session)
 * or speaker; lives until on_free. All functions: the loop that owns it.
 */
#ifndef HUB_SOCKET_H
#define HUB_SOCKET_H

#include "base/arena.h"
#include "hub/hub.h"
#include "policy/identity.h"

enum { SOCKET_ID_BYTES = 20 };

/* What came with the connection; borrowed from the session, valid while the socket lives. */
struct handshake {
	struct str query; /* raw query of the first request */
	/* "name: value\r\n"… of the first request, names in lower case */
	struct str headers;
	struct str auth;    /* JSON object of this namespace's CONNECT, "{}" when none */
	struct str address; /* client's address as text */
	struct str url;     /* path and query as they came */
	int64_t issued_ms;  /* Unix epoch */
	bool secure, xdomain;
	struct str transport; /* "polling" or "websocket", now */
	struct str origin;
};

struct str socket_id(const struct socket *s);
struct str socket_nsp(const struct socket *s);
struct hub *socket_hub(const struct socket *s);
const struct config_mount *socket_mount(const struct socket *s);
struct identity *socket_identity(const struct socket *s); /* borrowed, never NULL */
void socket_set_identity(struct socket *s, struct identity *who); /* takes a reference */
void socket_handshake(const struct socket *s, struct handshake *out);
/* Value of a member of the first request's query, decoded into a. False when absent. */
bool socket_query(const struct socket *s, struct str name, struct arena *a,
		  struct str *out);
bool socket_is_connected(const struct socket *s);

/* Bad tokens that a client shows count for its address (session/bad_tokens.h): one more, and may
 * it show another now? */
void socket_count_bad_token(struct socket *s);
bool socket_may_show_token(const struct socket *s);

/* It goes on as one that was lost; known from on_connect on. */
bool socket_is_recovered(const struct socket *s);
/* What hub_up.keep left for it, once; passes to the caller. NULL: nothing. */
struct keepsake *socket_take_keepsake(struct socket *s) MUST_USE;

/* One pointer of the floor above. */
void *socket_data(const struct socket *s);
void socket_set_data(struct socket *s, void *data);

/* Answers to on_connect, for Socket.IO. data is JSON or empty.
 * Errors: -E_STATE when answered before. */
int socket_accept(struct socket *s);
int socket_refuse(struct socket *s, struct str message, struct str data);

/* A room is there while it has members. Joining twice and leaving what was not joined are
 * harmless. Errors: -E_NOMEM, -E_TOO_LARGE for names above 256 bytes, -E_STATE. */
int socket_join(struct socket *s, struct str room) MUST_USE;
void socket_leave(struct socket *s, struct str room);
bool socket_is_in(const struct socket *s, struct str room);
/* Walk its rooms (its own id not among them): *at starts at 0. */
bool socket_each_room(const struct socket *s, size_t *at, struct str *room_out);

/* Errors: -E_GONE, -E_NOMEM. A volatile event to a lagging client is dropped: 0. */
int socket_emit(struct socket *s, const struct event_out *event, bool is_volatile);
/* error: 0 with the client's arguments, -E_TIMEOUT, or -E_GONE; called exactly once. */
typedef void socket_ack_fn(void *arg, int error, struct str args,
			   const struct str *attachments, size_t attachments_n);
int socket_emit_ack(struct socket *s, const struct event_out *event, uint32_t timeout_ms,
		    socket_ack_fn *on_ack, void *arg);
/* Answer a client's event. args: JSON values without brackets. */
int socket_ack(struct socket *s, uint64_t ack_id, struct str args,
	       const struct str *attachments, size_t attachments_n);

/* Leave the namespace (the client is told), or close the transport as well. on_disconnect runs
 * before it returns, on_free after the present turn. */
void socket_disconnect(struct socket *s, bool close_transport);

#endif
