/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The packets of socket.io-msgpack-parser: one msgpack map {type, nsp, data, id} a packet,
 * bytes inside it. Turned into what socketio.h gives for JSON (text, placeholders and
 * attachments beside it) and back. Pure; any thread.
 * Source: socket.io-msgpack-parser 3.
 */
#ifndef PROTO_SIO_MSGPACK_H
#define PROTO_SIO_MSGPACK_H

#include "proto/msgpack_json.h"
#include "proto/socketio.h"

/* One binary message. Its data becomes JSON of at most json_bytes in json (cleared first),
 * its bytes slices in bins (room for limits->attachments); out->data, event and args are
 * slices of json, out->nsp of bytes. A packet with bytes gets the BINARY_… type, so all that
 * follows cannot tell it from one that came as text. Members that are unknown are ignored,
 * one that comes twice is an error.
 * Errors: those of sio_packet_parse and msgpack_to_json. */
int sio_msgpack_parse(struct str bytes, const struct sio_limits *limits,
		      size_t json_bytes, struct buf *json, struct str *bins,
		      struct sio_packet *out) MUST_USE;

/* Append p (type, nsp, id, data, attachments) as one message; bins has p->attachments items.
 * Errors: -E_PACKET, -E_NOMEM. */
int sio_msgpack_write(struct buf *out, const struct sio_packet *p,
		      const struct str *bins) MUST_USE;

#endif
