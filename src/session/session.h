/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An Engine.IO session: a client that outlives its sockets. It owns its transports (a poll, a
 * WebSocket, for a while both), keeps the heartbeat to the millisecond, and moves from polling
 * to WebSocket without losing or reordering a packet. What the messages mean is the business
 * of the table above it.
 * Owned by the sessions of its loop; freed at the end of the turn in which it closed.
 * Thread: its loop. Source: the Engine.IO protocol document, revisions 3 and 4.
 *
 *   open ──session_close──> closing (a last poll may fetch what is queued) ──> closed
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "base/idmap.h"
#include "session/hello.h"
#include "session/sid.h"
#include "transport/polling.h"
#include "transport/websocket_conn.h"

struct session;

/* For the state of the floor above: a block of its own, and ways there and back, would take
 * more. */
enum { SESSION_ROOM_BYTES = 48 };

/* What the floor above is told; up is the session's room. */
struct session_up {
	/* The hello is on its way: messages may be sent from now on. */
	void (*on_open)(void *up);
	/* A message, to be changed in place at will. */
	void (*on_message)(void *up, enum frame_kind kind, char *data, size_t n);
	/* What had to wait is on its way. */
	void (*on_drain)(void *up);
	/* Exactly once. reason: "transport close", "transport error", "ping timeout", "parse
	 * error", "forced close", "server shutting down". */
	void (*on_close)(void *up, const char *reason);
	/* It is told something now, or ends: queue before that what is on its way to it. May be
	 * NULL. */
	void (*on_word)(void *up);
};

/* The sessions of one loop. */
struct sessions {
	struct loop *loop;
	uint16_t node;
	struct idmap by_id;
	struct list plain;             /* struct plain_session */
	struct texts texts;            /* of their first requests */
	struct bad_tokens *bad_tokens; /* shared by all loops; NULL: nobody counts */
};

struct session {
	char id[SID_BYTES];
	uint8_t protocol;                      /* 3 or 4 */
	bool polling_base64, websocket_base64; /* b64=1: that transport takes text only */
	bool is_closing, is_closed;
	bool is_full; /* the queue is: it ends a moment later */
	bool awaits_pong;
	struct sessions *all;
	const struct config_mount *mount;
	const struct session_up *up;
	struct polling *polling; /* one of the two carries the session */
	struct websocket *websocket;
	struct upgrade *upgrade; /* from the one to the other, while it lasts */
	union {
		/* next ping, or the end of the wait for its answer, or of its last moments */
		struct wheel_timer heartbeat;
		struct loop_grave grave; /* once closed */
	};
	struct session_hello hello;
	uint64_t room[SESSION_ROOM_BYTES / sizeof(uint64_t)]; /* zeros at first */
};

/* The session in whose room that state is. */
static inline struct session *
session_around(const void *state)
{
	return CONTAINER_OF((uintptr_t)state, struct session, room);
}

void sessions_init(struct sessions *all, struct loop *l, uint16_t node);
void sessions_fini(struct sessions *all);
/* NULL when there is no such session on this mount. */
struct session *sessions_find(struct sessions *all, struct str sid,
			      const struct config_mount *mount);
/* Close all of them. */
void sessions_close_all(struct sessions *all, const char *reason);

/* A new session without transport yet; up is set by the caller before the first one is given.
 * Copies what it needs of the request. NULL: no memory. */
struct session *session_new(struct sessions *all, const struct config_mount *mount,
			    int protocol, struct request *r) MUST_USE;

/* Give it its first transport, say hello ("0{…}") and start the heartbeat. The request is the
 * first GET. */
void session_open_polling(struct session *s, struct request *r);
/* The request is an upgrade. Errors: as websocket_open; the session is gone then and the
 * request still there. */
int session_open_websocket(struct session *s, struct request *r) MUST_USE;
/* A GET of a session that polls. */
void session_poll(struct session *s, struct request *r);
/* Queue a message frame (payload "4…" or bare bytes). A frame that finds the queue full, or
 * no memory, ends the session a moment later, so that a broadcast may go on.
 * Errors: -E_GONE, -E_FULL, -E_NOMEM. */
int session_send(struct session *s, struct frame *f);
/* What was sent so far is heard before what follows, by itself (conn_pause). */
void session_pause(struct session *s);
/* The WebSocket that takes a message frame as it is, as long as the session is open: what
 * session_send would do, in one step less. NULL: only session_send can. */
struct websocket *session_direct(const struct session *s);
/* Volatile messages are dropped now: the client lags or has no poll waiting. */
bool session_is_lagging(const struct session *s);

/* The server ends it; queued messages still leave. */
void session_close(struct session *s, const char *reason);

struct str session_transport_name(const struct session *s);

/* --- for upgrade ------------------------------------------------------------------------ */

/* A WebSocket message as a packet of the session's protocol. Errors: -E_PACKET, -E_BASE64. */
int session_parse(const struct session *s, enum frame_kind kind, char *data, size_t n,
		  struct eio_packet *out) MUST_USE;
/* End a poll that waits, when an upgrade waits for that. */
void session_release_poll(struct session *s);
/* w becomes the transport; what the poll did not fetch goes first. */
void session_take_websocket(struct session *s, struct websocket *w);

#endif
