/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The socket as its own floor sees it. Thread: its loop. */
#ifndef HUB_SOCKET_INSIDE_H
#define HUB_SOCKET_INSIDE_H

#include "base/list.h"
#include "hub/encode.h"
#include "hub/room.h"
#include "hub/socket.h"
#include "hub/tally.h"
#include "net/loop.h"

enum socket_state { SOCKET_ASKED, SOCKET_CONNECTED, SOCKET_GONE };

struct idmap;
struct session_hello;

/* What kind of connection is behind it: a Socket.IO client or a plain WebSocket. */
struct socket_ops {
	/* Queue all frames. Errors: -E_GONE, -E_FULL, -E_NOMEM. */
	int (*send)(struct socket *s, const struct frames *f);
	/* Where a frame may go instead, until the socket is gone; it fails where send would.
	 * NULL: nowhere, for now. */
	struct websocket *(*direct)(const struct socket *s);
	/* Is a message that reaches it for it? NULL: all are. */
	bool (*wants)(const struct socket *s, const struct message *m);
	bool (*is_lagging)(const struct socket *s);
	/* Tell the client that it is out of its namespace. */
	void (*say_goodbye)(struct socket *s);
	/* End the connection; code and reason for those that have them. */
	void (*close)(struct socket *s, int code, struct str reason);
	/* NULL: it is gone */
	const struct session_hello *(*hello)(const struct socket *s);
	struct str (*transport)(const struct socket *s);
};

/* What few sockets have. */
struct socket_extras {
	struct idmap *acks;    /* what we wait for; NULL: nothing yet */
	struct ticket *ticket; /* to come back with; NULL: it cannot */
	char *auth; /* JSON object of its CONNECT without its token; NULL: {} */
};

struct socket {
	char id[SOCKET_ID_BYTES];
	uint8_t state;       /* enum socket_state */
	uint8_t wire;        /* enum wire */
	bool is_counted : 1; /* among the connections of its user */
	bool is_moving : 1; /* by its own wish: the room it joins or leaves hears of it */
	bool is_announced : 1; /* and hears of this coming or going from somebody else */
	bool is_recovered : 1; /* goes on as one that was lost */
	uint32_t nsp_at;       /* among the namespace's sockets */
	uint32_t acks_n;       /* ids of acknowledgements given out so far */
	struct hub *hub;
	const struct socket_ops *ops;
	uint64_t round;           /* the last broadcast that saw it */
	struct websocket *direct; /* as ops->direct said; NULL: ask it */
	struct namespace *nsp;
	const struct config_mount *mount;
	void *owner; /* struct client or struct speaker, as ops says */
	union {
		struct list link;        /* among a client's */
		struct loop_grave grave; /* once gone */
	};
	struct memberships rooms;
	struct identity *who;
	/* NULL: none of them; never where clients may recover */
	struct socket_extras *extras;
	void *data; /* of the floor above */
};

/* A socket that asks for nsp; takes a reference to who. auth: JSON object, may be empty.
 * NULL: no memory. */
struct socket_making {
	struct hub *hub;
	const struct config_mount *mount;
	const struct socket_ops *ops;
	void *owner;
	enum wire wire;
	struct identity *who;
};
struct socket *socket_new(const struct socket_making *making, struct str nsp,
			  struct str auth) MUST_USE;

/* Its extras, made when it has none yet. NULL: no memory. */
struct socket_extras *socket_need_extras(struct socket *s) MUST_USE;

static inline struct idmap *
socket_acks(const struct socket *s)
{
	return s->extras ? s->extras->acks : NULL;
}

static inline struct ticket *
socket_ticket(const struct socket *s)
{
	return s->extras ? s->extras->ticket : NULL;
}

/* It is in: found by its id from now on. Errors: -E_NOMEM, -E_STATE. */
int socket_begin(struct socket *s) MUST_USE;
/* It was never in. */
void socket_drop(struct socket *s);

/* Out of its namespace, and the connection is closed: socket_disconnect with a code. */
void socket_expel(struct socket *s, int code, struct str reason);

/* Where a frame may go without detours; it fails where socket_ops.send would. NULL: nowhere. */
static inline struct websocket *
socket_direct(struct socket *s)
{
	if (!s->direct && s->ops->direct)
		s->direct = s->ops->direct(s);
	return s->direct;
}

/* Deliver a message that others may get too. */
enum reach socket_deliver(struct socket *s, struct message *m, bool is_volatile);

/* It leaves its namespace: the floor above is told, acknowledgements fail, rooms are left. */
void socket_end(struct socket *s, const char *reason);

#endif
