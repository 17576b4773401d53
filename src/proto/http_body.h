/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a body ends: by its length or by its chunks, whose framing admits nothing that
 * two readers could take differently: no extensions, no blanks, CRLF in every place.
 * The trailer section is the caller's. Pure; one thread. Source: RFC 9112 6 and 7.
 */
#ifndef PROTO_HTTP_BODY_H
#define PROTO_HTTP_BODY_H

#include "base/str.h"

struct http_body {
	uint64_t left_bytes; /* of the body, or of this chunk */
	uint64_t room_bytes; /* what the limit still allows */
	uint8_t state, digits_n;
};

/* A body of length bytes. */
void http_body_init(struct http_body *b, uint64_t length, uint64_t max_bytes);
void http_body_init_chunked(struct http_body *b, uint64_t max_bytes);

/* A smaller limit, before the first byte of the body. */
void http_body_limit(struct http_body *b, uint64_t max_bytes);

/* Feed. Returns the bytes used; *out is a slice of them that is content, or empty: then
 * either all bytes are used or the body is complete.
 * Errors: -E_HTTP_FRAMING; -E_TOO_LARGE as soon as that is known. */
long http_body_feed(struct http_body *b, const char *bytes, size_t n,
		    struct str *out) MUST_USE;

/* All content is there; what follows a chunked body is its trailer section. */
bool http_body_is_complete(const struct http_body *b);

#endif
