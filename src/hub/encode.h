/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Socket.IO packets as the frames that carry them, for each wire form. Pure; any thread.
 * Source: the Socket.IO protocol document, revision 5.
 */
#ifndef HUB_ENCODE_H
#define HUB_ENCODE_H

#include "hub/message.h"
#include "proto/socketio.h"

struct dialect;

/* The form of a plain dialect, and back: NULL for the forms of Socket.IO. */
enum wire wire_of_dialect(const struct dialect *d);
const struct dialect *dialect_of_wire(enum wire wire);

/* EVENT (name given) or ACK (name empty), with attachments when there are any. id may be NULL.
 * NULL when memory is short. */
struct frames *encode_event(enum wire wire, struct str nsp, const uint64_t *id,
			    const struct event_out *event) MUST_USE;
struct frames *encode_ack(enum wire wire, struct str nsp, uint64_t id,
			  const struct event_out *args) MUST_USE;

/* CONNECT, DISCONNECT, CONNECT_ERROR: data is JSON or empty. */
struct frames *encode_plain(enum wire wire, enum sio_type type, struct str nsp,
			    struct str data) MUST_USE;

void frames_free(struct frames *f); /* NULL is allowed */

#endif
