/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Content codings of HTTP answers: which one a client wants, and the bytes in it. Pure; any
 * thread. Source: RFC 9110 8.4 and 12.5.3; "deflate" is zlib's format, RFC 1950.
 */
#ifndef PROTO_CODING_H
#define PROTO_CODING_H

#include "base/buf.h"
#include "proto/http.h"

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_DEFLATE };

/* The coding with the largest weight in Accept-Encoding (all its lines), gzip before deflate;
 * identity when nothing better is welcome, or the field is not well-formed. */
enum coding coding_choose(const struct http_head *head);

/* As Content-Encoding names it; empty for identity. */
struct str coding_name(enum coding c);

/* Append body in that coding (not identity). level: zlib's, 1 to 9. Errors: -E_NOMEM, out is to
 * be thrown away then. */
int coding_write(enum coding c, int level, struct str body, struct buf *out) MUST_USE;

#endif
