/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of a head or trailer. Pure; any thread. Source: RFC 9110 5, RFC 9112 5. */
#ifndef PROTO_HTTP_HEADER_H
#define PROTO_HTTP_HEADER_H

#include "base/arena.h"
#include "base/str.h"

struct http_head;

struct http_header {
	struct str name, value; /* value without blanks at its ends */
};

/* How many bytes at the start of s may stand in a token. */
size_t http_token_run(struct str s);

/* Letters, digits and the marks of RFC 9110 5.6.2; not empty. */
bool http_is_token(struct str s);

/* A field line without its CRLF; a folded one has no name and is refused.
 * Errors: -E_HTTP_SYNTAX. */
int http_header_split(struct str line, struct http_header *out) MUST_USE;

/* Value of the first header of that name, empty when absent. */
struct str http_header_get(const struct http_head *h, struct str name);

/* The values of all its lines with commas between, for headers that are lists: the only one as
 * it lies there, several in a. ptr NULL when absent, or without memory. */
struct str http_header_list(const struct http_head *h, struct str name, struct arena *a);

/* How many lines have that name. */
size_t http_header_count(const struct http_head *h, struct str name);

/* Does a comma-separated header (all its lines) hold this token, compared without case? */
bool http_header_has_token(const struct http_head *h, struct str name, struct str token);

#endif
