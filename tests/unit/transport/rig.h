/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server without sockets, threads or time of its own: loops that a test turns, a clock that
 * it moves, and peers that write bytes and look at what came back. Used by the floors above
 * transport as well. A test that goes wrong fails where it calls in here.
 */
#ifndef TESTS_UNIT_TRANSPORT_RIG_H
#define TESTS_UNIT_TRANSPORT_RIG_H

#include "config/config.h"
#include "net/stream_memory.h"
#include "proto/websocket.h"
#include "transport/http_server.h"

#include <check.h>

enum { RIG_LOOPS = 3, RIG_PEERS = 32, RIG_WALL_S = 1700000000 };
#define RIG_SECRET "0123456789abcdef0123456789abcdef"

struct peer;

struct rig {
	struct clock_hand hand;
	struct config *config;
	struct router *router;
	size_t loops_n;
	struct loop *loop[RIG_LOOPS];
	struct http_server server[RIG_LOOPS];
	struct http_server *sibling[RIG_LOOPS];
	struct peer *peer[RIG_PEERS];
};

struct peer {
	struct rig *rig;
	struct conn *conn; /* valid while memory.stream is not NULL */
	struct stream_memory memory;
	char head[2048]; /* status line and headers of the last answer taken */
	char body[8192]; /* its body, or the payload of the last frame, zero-terminated */
	size_t body_n;
};

/* yaml: the configuration's text. The time limits of its http section hold. */
void rig_open(struct rig *r, const char *yaml, size_t loops_n);
/* Close every connection, take the last turns, free everything. */
void rig_close(struct rig *r);
void rig_route(struct rig *r, const struct route *route);

/* Turn every loop until nothing is on its way any more. */
void rig_turn(struct rig *r);
/* Time goes on, then rig_turn. */
void rig_pass(struct rig *r, uint64_t ms);

/* A connection that speaks HTTP with the server of that loop. Freed by rig_close. */
struct peer *peer_open(struct rig *r, size_t loop);

/* Write bytes; the server reads them before this returns, but the turn is not over. */
void peer_write(struct peer *p, struct str bytes);
/* The same for a text, and the turn to its end. */
void peer_says(struct peer *p, const char *text);
void peer_ends(struct peer *p);
bool peer_is_closed(const struct peer *p);

/* "METHOD target HTTP/1.1" with a Host, these lines ("A: b\r\n") and this body. */
void peer_asks(struct peer *p, const char *method, const char *target, const char *lines,
	       const char *body);

/* Exactly these bytes were sent since the last look. */
void peer_hears(struct peer *p, const char *bytes);
void peer_hears_nothing(struct peer *p);
/* Take one whole answer. body NULL: any. */
void peer_gets(struct peer *p, int status, const char *body);
/* A header of the last answer, "" when absent. Valid until the next call. */
const char *peer_header(struct peer *p, const char *name);

/* The opening handshake of WebSocket; the answer must be 101. */
void peer_upgrades(struct peer *p, const char *target, const char *lines);
/* Write one masked frame, the turn goes on. */
void peer_frame(struct peer *p, enum ws_opcode opcode, bool fin, struct str payload);
/* The same for a whole text message, and the turn to its end. */
void peer_sends(struct peer *p, const char *text);
/* Take one frame: of this opcode, with this payload. */
void peer_takes_frame(struct peer *p, enum ws_opcode opcode, struct str payload);
void peer_receives(struct peer *p, const char *text);
/* Take a text frame, whatever it says: in p->body. */
const char *peer_takes_text(struct peer *p);
/* A close frame of this code, 1005 for one without. */
void peer_takes_close(struct peer *p, int code);

#endif
