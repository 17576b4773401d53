/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Socket.IO packets, protocol 5 (and 4 of the 2.x clients, which differs in CONNECT only).
 * Validates and slices; what is only routed keeps its bytes. Pure; any thread.
 * Source: the Socket.IO protocol document, revision 5.
 */
#ifndef PROTO_SOCKETIO_H
#define PROTO_SOCKETIO_H

#include "base/buf.h"
#include "proto/json.h"

enum sio_type {
	SIO_CONNECT,
	SIO_DISCONNECT,
	SIO_EVENT,
	SIO_ACK,
	SIO_CONNECT_ERROR,
	SIO_BINARY_EVENT,
	SIO_BINARY_ACK
};

enum { SIO_ATTACHMENTS_MAX = 1024 }; /* of one packet, whatever its limits say */

struct sio_limits {
	struct json_limits json;
	uint32_t attachments;     /* per packet: -E_PACKETS */
	uint32_t namespace_bytes; /* -E_PACKET above it */
};

struct sio_packet {
	enum sio_type type;
	uint32_t attachments;
	struct str nsp; /* starts with '/', query cut off; "/" when absent */
	/* what followed the '?' in it (auth of 2.x clients); may be empty */
	struct str query;
	bool has_id;
	uint64_t id;     /* of an acknowledgement, at most 2^53-1 */
	struct str data; /* the JSON as it came, validated; empty when absent */
	/* EVENT, BINARY_EVENT: the first element, a string value with quotes, or a number */
	struct str event;
	/* …: what follows the first element's comma up to ']', may be empty; ACK: everything
	 * between the brackets */
	struct str args;
	/* of the first object in them, of which ptr is NULL when none is known */
	struct json_members members;
};

/* One text message (without Engine.IO's '4'). Checks type, counts, the shape of data for
 * each type, reserved event names ("connect", "connect_error", "disconnect",
 * "disconnecting", "newListener", "removeListener") and that placeholders number 0 …
 * attachments-1 are all there. Accepts what socket.io-parser 4.2 accepts, except: blanks and
 * exponents where it lets Number() read them, ids above 2^53-1, events and acknowledgements
 * without data, unused attachments.
 * Errors: -E_PACKET, -E_PACKETS, -E_JSON_…, -E_UTF8. */
int sio_packet_parse(struct str text, const struct sio_limits *limits,
		     struct sio_packet *out) MUST_USE;

/* Everything empty: a CONNECT of nothing. */
void sio_packet_clear(struct sio_packet *p);

/* The second half of the above, for packets that came another way: p has type, attachments,
 * has_id and data (validated JSON without blanks around it, or empty); sets event and args.
 * Errors: -E_PACKET. */
int sio_packet_check(struct sio_packet *p) MUST_USE;

/* Append the part before the data: type, "N-", "/nsp,", id. id may be NULL. */
void sio_packet_head(struct buf *out, enum sio_type type, uint32_t attachments,
		     struct str nsp, const uint64_t *id);

/* How many binary placeholders a validated JSON text refers to: highest num + 1. An object is
 * one when its _placeholder is true; 0 also when one of them has no num below
 * SIO_ATTACHMENTS_MAX. */
uint32_t sio_count_placeholders(struct str json);

static inline bool
sio_type_is_binary(enum sio_type type)
{
	return type == SIO_BINARY_EVENT || type == SIO_BINARY_ACK;
}

#endif
