/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection that speaks WebSocket: messages in, frames out, control frames answered, the
 * closing handshake kept. Owned by its connection; freed with it.
 * Thread: its loop. Source: RFC 6455, RFC 7692.
 */
#ifndef TRANSPORT_WEBSOCKET_CONN_H
#define TRANSPORT_WEBSOCKET_CONN_H

#include "transport/request.h"

struct config_mount;
struct websocket;

struct websocket_up {
	/* A whole message, valid UTF-8 if it is text; to be changed in place at will. */
	void (*on_message)(void *up, enum frame_kind kind, char *data, size_t n);
	/* What had to wait has been written. */
	void (*on_drain)(void *up);
	/* Exactly once, unless websocket_forget came first. code: what the close frame said, 1005
	 * without one, 1006 without a close frame. */
	void (*on_close)(void *up, int code);
	/* The client closes (0), or what came breaks the protocol or a limit (-E_UTF8,
	 * -E_TOO_LARGE, …) and the connection fails: last words may be sent now. NULL: there are
	 * none. */
	void (*on_fault)(void *up, int error);
};

/* Check the handshake and switch protocols. On success the request is gone; on failure it is
 * still there and nothing was answered. Messages above message_bytes fail the connection (1009).
 * Errors: -E_HTTP_SYNTAX, -E_HTTP_UPGRADE, -E_NOMEM, -E_GONE. */
int websocket_open(struct request *r, const struct config_mount *mount,
		   uint32_t message_bytes, const struct websocket_up *up, void *up_state,
		   struct websocket **out) MUST_USE;

/* Queue a message frame; compressed if that was agreed on and pays.
 * Errors: -E_GONE when closing, -E_FULL above the mount's queue_hard_bytes, -E_NOMEM. */
int websocket_send(struct websocket *w, struct frame *f);

/* The same with a frame that is n of them, joined. Errors: -E_UNSUPPORTED as well: those that are
 * to be compressed come one by one. */
int websocket_send_joined(struct websocket *w, struct frame *f, uint32_t n);

/* Have the processor fetch what websocket_send looks at: a hint, for those who send to many. */
void websocket_fetch(const struct websocket *w);

/* What is sent now and what is sent later reach the client in two reads (conn_pause). */
void websocket_pause(struct websocket *w);

/* Memory that waits to be written: bytes, and what each frame takes beside them. */
size_t websocket_queued(const struct websocket *w);

/* RFC 6455 ping without payload: for clients that cannot answer in their own dialect. */
void websocket_ping(struct websocket *w);
/* When the last frame of any kind came from the client (loop's now_ms). */
uint64_t websocket_heard_ms(const struct websocket *w);

/* Start the closing handshake; on_close follows. Harmless when closing. */
void websocket_close(struct websocket *w, int code, struct str reason);
/* Drop the connection at once; on_close follows, before this returns. */
void websocket_abort(struct websocket *w);

/* Read nothing more until released: what came stays in order and waits, control frames too.
 * Whoever holds lets go within a time limit. */
void websocket_hold(struct websocket *w, bool hold);

/* Exchange who is told, for an upgrade. */
void websocket_set_up(struct websocket *w, const struct websocket_up *up, void *up_state);
/* Tell nobody any more. */
void websocket_forget(struct websocket *w);

struct conn *websocket_conn(const struct websocket *w);

#endif
