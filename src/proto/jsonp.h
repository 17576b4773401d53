/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How payloads travel when a client of protocol 3 polls by script elements: the answer to GET
 * is JavaScript that calls the client, a POST is a form. Pure; any thread.
 * Source: engine.io's and engine.io-client's polling-jsonp transports.
 */
#ifndef PROTO_JSONP_H
#define PROTO_JSONP_H

#include "base/arena.h"
#include "base/buf.h"

/* Append "___eio[INDEX](PAYLOAD);" with the payload, which is text, as a JavaScript string.
 * Of index, the query's j, only digits count. To be sent as text/javascript. */
void jsonp_write(struct buf *out, struct str index, struct str payload);

/* The payload in a form's member d, writable, in the arena. Clients double the backslash of
 * an escaped newline and escape newlines, which user agents would turn into CR LF.
 * Errors: -E_PACKET without such a member, -E_NOMEM. */
int jsonp_read(struct str form, struct arena *a, char **payload_out,
	       size_t *n_out) MUST_USE;

#endif
