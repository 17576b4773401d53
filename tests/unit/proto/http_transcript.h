/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a parser makes of some bytes, as text that does not depend on how they were cut:
 *	POST /p|q=1 host=a 1.1 body keep upgrade expect	a head, path and query apart
 *	X-Name: value					its headers, when asked for
 *	=content					a body that ended
 *	?content					one that did not: more was expected
 *	!HTTP_SYNTAX					the error, after the content so far
 *	+bytes						what an upgrade leaves
 */
#ifndef TESTS_UNIT_PROTO_HTTP_TRANSCRIPT_H
#define TESTS_UNIT_PROTO_HTTP_TRANSCRIPT_H

#include "base/buf.h"
#include "proto/http.h"

struct http_cuts {
	size_t first_n; /* length of the first piece */
	size_t piece_n; /* of those after it */
	bool with_headers;
};

/* Feed bytes in pieces, each a heap block of its own that is gone when the next comes. */
void http_transcribe(const struct http_limits *limits, struct str bytes,
		     struct http_cuts cuts, struct buf *out);

/* Fails the test unless the transcript is this one: whole, byte by byte, cut everywhere. */
void http_expect(const char *name, const struct http_limits *limits, struct str bytes,
		 bool with_headers, const char *transcript);

#endif
