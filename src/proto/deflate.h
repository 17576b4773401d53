/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * permessage-deflate: negotiation, and one message compressed or inflated at a time with
 * contexts that a loop shares among all its connections (no context takeover).
 * One thread. Source: RFC 7692.
 */
#ifndef PROTO_DEFLATE_H
#define PROTO_DEFLATE_H

#include "base/buf.h"

/* What was agreed on for one connection. */
struct ws_deflate {
	bool on;
	uint8_t server_bits; /* 8…15 */
	uint8_t client_bits; /* 9…15 */
};

/* First acceptable offer among the Sec-WebSocket-Extensions values (joined by commas); the
 * answer's header value is appended to response. Leaves out->on false when none fits: then
 * nothing is answered. Source: RFC 7692 5.1, 7.1. */
void ws_deflate_negotiate(struct str offers, struct ws_deflate *out,
			  struct buf *response);

struct deflate_pool; /* one per loop */
/* Contexts come with their first use: 264 KB to deflate, 40 KB to inflate for a window of 15
 * bits. NULL: no memory. */
struct deflate_pool *deflate_pool_new(void) MUST_USE;
void deflate_pool_free(struct deflate_pool *p); /* NULL is allowed */

/* Append the compressed message without its 00 00 FF FF tail. window_bits: 8…15.
 * Errors: -E_NOMEM, -E_TOO_LARGE above 4 GB; out is then as it was. */
int deflate_message(struct deflate_pool *p, int window_bits, struct str in,
		    struct buf *out) MUST_USE;

/* Append the inflated message (all its fragments joined); stops as soon as it exceeds
 * max_bytes. window_bits: 9…15. Text is left to the caller to validate.
 * Errors: -E_DEFLATE, -E_TOO_LARGE, -E_NOMEM; out is then as it was. */
int inflate_message(struct deflate_pool *p, int window_bits, struct str in,
		    size_t max_bytes, struct buf *out) MUST_USE;

#endif
