/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a head says, judged by the strictest reading of RFC 9112: whatever two servers in a
 * row could understand differently is refused here. Pure; any thread.
 */
#ifndef PROTO_HTTP_HEAD_H
#define PROTO_HTTP_HEAD_H

#include "proto/http.h"

/* The request line, as places in it: the memory it lies in may still move. */
struct http_start {
	size_t method_len, target_len;
	enum http_method method;
	int minor;
};

/* A whole head, to be changed in place. */
struct http_section {
	char *bytes;
	size_t n;
	bool is_ascii; /* nothing but visible characters and blanks in its lines */
};

/* How the body is delimited; length is 0 when it is chunked, or absent. */
struct http_framing {
	uint64_t length;
	bool is_chunked;
};

/* line without its CRLF. Errors: -E_HTTP_SYNTAX, -E_URI_TOO_LONG, -E_HTTP_VERSION,
 * -E_HTTP_CODING, -E_HTTP_METHOD. */
int http_head_read_start(struct str line, size_t target_max_bytes,
			 struct http_start *out) MUST_USE;

/* Fill h from a whole head section, of which the first line gave start. h->headers has
 * room for one header a line; h borrows the section, whose target may be rewritten.
 * Errors: as http_parser_feed. */
int http_head_read(const struct http_section *section, const struct http_start *start,
		   struct http_head *h, struct http_framing *framing_out) MUST_USE;

/* A field that may stand in a trailer section. Errors: -E_HTTP_SYNTAX; -E_HTTP_FRAMING for
 * one that would change how the message is framed, routed or authorised (RFC 9110 6.5.1). */
int http_head_check_trailer(struct str line) MUST_USE;

#endif
