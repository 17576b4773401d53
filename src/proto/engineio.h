/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Engine.IO packets and polling payloads, protocols 3 and 4. Pure; any thread.
 * Source: the Engine.IO protocol documents, revisions 3 and 4.
 */
#ifndef PROTO_ENGINEIO_H
#define PROTO_ENGINEIO_H

#include "base/buf.h"
#include "base/frame.h"

enum eio_type {
	EIO_OPEN,
	EIO_CLOSE,
	EIO_PING,
	EIO_PONG,
	EIO_MESSAGE,
	EIO_UPGRADE,
	EIO_NOOP
};

struct eio_packet {
	enum eio_type type;
	bool is_binary; /* a message of bytes */
	struct str data;
};

/* A text frame of a WebSocket, whose UTF-8 its reader has checked. The "b…" form (protocol 3:
 * "b4…") is base64 and decoded in place, so text is changed; out->data points into it.
 * Errors: -E_PACKET, -E_BASE64. */
int eio_packet_parse(int protocol, char *text, size_t n, struct eio_packet *out) MUST_USE;

/* A binary frame of a WebSocket: protocol 4 bare bytes, protocol 3 a type byte first, which
 * is a message's (no other packet can hold bytes). Errors: -E_PACKET. */
int eio_packet_parse_binary(int protocol, struct str bytes,
			    struct eio_packet *out) MUST_USE;

/* Reads a POST body packet by packet; binary packets are decoded in place, so the body is
 * changed. */
struct eio_reader {
	char *at, *end;
	int protocol;   /* 3 or 4 */
	bool is_binary; /* protocol 3: Content-Type application/octet-stream */
	bool started;
};
struct eio_reader eio_reader(int protocol, bool is_binary, char *body, size_t n);
/* 1: a packet, 0: end. An empty body is an error, as is a payload of protocol 4 that ends
 * with its separator. Errors: -E_PACKET, -E_BASE64, -E_UTF8. */
int eio_reader_next(struct eio_reader *r, struct eio_packet *out) MUST_USE;

/* Builds the body of a poll's answer out of message frames (their payload is the packet as
 * WebSocket text, type digit first; binary frames are as on a WebSocket too: bare bytes, in
 * protocol 3 behind their type byte). For protocol 3 the binary form is chosen when a packet is
 * binary and the session did not ask for base64. */
struct eio_writer {
	struct buf *out;
	int protocol;
	bool base64; /* protocol 3: b64=1 or JSONP */
	bool binary; /* protocol 3: binary payload framing is in use */
	uint32_t packets_n;
};
struct eio_writer eio_writer(int protocol, bool base64, bool has_binary, struct buf *out);
/* Append f; other kinds than text and binary have no place in a payload and are ignored.
 * out->failed tells of missing memory. */
void eio_writer_add(struct eio_writer *w, const struct frame *f);

/* Append a message of bytes in its text form, "b…" or "b4…": for polling, and for sockets
 * of protocol 3 that asked for b64=1. */
void eio_write_base64(struct buf *out, int protocol, struct str bytes);

/* What an open packet tells the client. */
struct eio_open {
	struct str sid;
	bool can_upgrade; /* to websocket */
	uint32_t ping_interval_ms, ping_timeout_ms;
	size_t payload_bytes; /* the largest body or message that is taken */
};
/* Append "0{…}" with the five members that clients know, in Engine.IO's order. */
void eio_write_open(struct buf *out, const struct eio_open *o);

#endif
