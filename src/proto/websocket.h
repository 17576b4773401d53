/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * WebSocket frames from bytes and to bytes, and the opening handshake. The parser unmasks in
 * place and hands out slices; it keeps no payload. Pure; one thread.
 * Source: RFC 6455; permessage-deflate bits: RFC 7692.
 */
#ifndef PROTO_WEBSOCKET_H
#define PROTO_WEBSOCKET_H

#include "base/frame.h"
#include "proto/http.h"
#include "proto/utf8.h"

enum ws_opcode {
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10
};

struct ws_limits {
	uint64_t message_bytes; /* of one message as on the wire; -E_TOO_LARGE */
	uint32_t fragments_n;   /* of one message; -E_PACKETS */
	bool deflate;           /* RSV1 was negotiated */
};

enum ws_event {
	WS_EVENT_MORE, /* keep the unused bytes (less than 140) and feed them again with more */
	WS_EVENT_DATA, /* a slice of a message: .data, .opcode, .is_first, .is_last, .deflated */
	WS_EVENT_CONTROL /* one whole control frame: .opcode, .data */
};

struct ws_slice {
	enum ws_event event;
	enum ws_opcode opcode; /* of the message, never WS_CONTINUATION */
	char *data;            /* unmasked, inside the input */
	size_t len;
	bool is_first, is_last; /* of its message */
	bool deflated;
};

struct ws_parser {
	uint64_t frame_left, message_bytes;
	uint32_t fragments_n, mask;
	struct utf8 utf8; /* of an uncompressed text message */
	uint8_t opcode;   /* of the message under way; 0 when none */
	uint8_t mask_at;
	bool in_frame, fin, deflated, started;
};

/* Zero-initialise the parser. Returns the bytes used; see enum ws_event for the rest. Text
 * that is not deflated is validated as it comes (fail-fast), close frames wholly.
 * Errors: -E_WS_PROTOCOL, -E_UTF8, -E_TOO_LARGE, -E_PACKETS. */
long ws_parser_feed(struct ws_parser *p, const struct ws_limits *limits, char *bytes,
		    size_t n, struct ws_slice *out) MUST_USE;

/* Between messages: it is as a new one. */
static inline bool
ws_parser_is_idle(const struct ws_parser *p)
{
	return !p->opcode && !p->in_frame;
}

/* Code of a validated close frame's payload, 1005 when empty. */
int ws_close_code(struct str payload);

/* Header of a server frame, FIN set. Returns its length (2, 4 or 10). rsv1 marks deflated. */
enum { WS_HEADER_BYTES = 10 };
size_t ws_header(enum ws_opcode opcode, bool rsv1, uint64_t len,
		 uint8_t out[WS_HEADER_BYTES]);

/* A frame with its header written and n bytes of payload (125 at most in a control frame) to
 * be filled by the caller at *payload_out before anybody else sees it. kind follows from
 * opcode. NULL: no memory. */
struct frame *ws_frame_new(enum ws_opcode opcode, size_t n, char **payload_out) MUST_USE;
struct frame *ws_frame_of(enum ws_opcode opcode, struct str payload) MUST_USE;
/* code 1005 makes one without a payload; a reason above 123 bytes is cut between characters. */
struct frame *ws_frame_close(int code, struct str reason) MUST_USE;

/* A list of extensions: {.rest = value}, word by word. */
struct ws_extensions {
	struct str rest;
	bool is_begun;
};

struct ws_extension_word {
	struct str name;
	bool is_param; /* of the extension before it */
	bool has_value;
	struct str value; /* what stands between quotes is taken as it stands */
};

/* The next word: 1, or 0 behind the last.
 * Errors: -E_HTTP_SYNTAX when that is no list, or one of nothing. Source: RFC 6455 9.1. */
int ws_extensions_next(struct ws_extensions *list,
		       struct ws_extension_word *out) MUST_USE;

/* Is this head a valid opening handshake (GET, version 13, key of 16 bytes, each of them once;
 * extensions and subprotocols are lists as they must be)?
 * Errors: -E_HTTP_SYNTAX → 400, -E_HTTP_UPGRADE → 426 with Sec-WebSocket-Version: 13. */
int ws_handshake_check(const struct http_head *h) MUST_USE;

enum { WS_ACCEPT_BYTES = 28 };
/* Sec-WebSocket-Accept for this (checked) key, not zero-terminated. */
void ws_accept_key(struct str key, char out[WS_ACCEPT_BYTES]);

#endif
