/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP/1.1 requests from bytes, strictly. The head is read when it is whole, so that the result
 * does not depend on how the bytes were cut: by a pass that knows no leniency, and by llhttp,
 * and refused unless both see the same request. Only heads of the common form (http_head.c) are
 * not shown to llhttp: in those nothing is left to differ in, which tests and fuzzer prove.
 * Pull style: the caller feeds bytes and gets one event at a time, so pipelined requests,
 * pauses and hand-overs need nothing special. Owns: the memory of the head, until
 * http_parser_next or _free. Pure; one thread. Source: RFC 9110, RFC 9112.
 */
#ifndef PROTO_HTTP_H
#define PROTO_HTTP_H

#include "proto/http_header.h"
#include "proto/uri.h"

struct http_limits {
	size_t head_bytes;   /* request line and header section: 431 */
	size_t target_bytes; /* 414 */
	size_t headers_n;    /* 431 */
	uint64_t body_bytes; /* decoded: 413 */
};

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_DELETE,
	HTTP_PATCH,
	HTTP_OPTIONS,
	HTTP_OTHER /* a known method that nothing here serves */
};

struct http_head {
	enum http_method method;
	struct str method_text;
	struct str target; /* as it came; absolute form is reduced to origin form */
	struct uri uri;    /* path "*" for OPTIONS * */
	struct str host;   /* empty only in HTTP/1.0 */
	int minor;         /* 0 or 1 */
	struct http_header *headers;
	size_t headers_n;
	bool has_body;   /* chunked, or Content-Length above 0 */
	bool keep_alive; /* the connection may serve another request after this */
	bool upgrade;    /* Connection: upgrade and an Upgrade header, HTTP/1.1 */
	bool expect_continue;
};

enum http_event {
	HTTP_MORE,      /* all bytes used, feed more */
	HTTP_HEAD_DONE, /* parser->head is there */
	HTTP_BODY,      /* *body is a slice of the input, decoded */
	HTTP_DONE       /* message complete; unused bytes belong to the next one */
};

struct http_parser;

/* NULL when memory is short. limits must outlive the parser. */
struct http_parser *http_parser_new(const struct http_limits *limits) MUST_USE;
void http_parser_free(struct http_parser *p);

/* Feed bytes; stops after the event in *event_out. Returns the bytes used or an error that
 * ends the connection (every later call returns it again). Call again with the rest, even
 * if that is nothing, until HTTP_MORE, or HTTP_DONE, which repeats until http_parser_next.
 * body_out is set with HTTP_BODY only. The bytes after an upgrade request's HTTP_DONE are
 * left unused: they are the new protocol's.
 * Errors: -E_HTTP_SYNTAX, -E_HTTP_HOST, -E_HTTP_FRAMING, -E_HTTP_CODING (unknown transfer
 * coding or method), -E_HTTP_METHOD (CONNECT), -E_HTTP_VERSION, -E_URI_TOO_LONG,
 * -E_HEAD_TOO_LARGE (trailers too), -E_TOO_LARGE, -E_HTTP_EXPECT, -E_NOMEM. */
long http_parser_feed(struct http_parser *p, const char *bytes, size_t n,
		      enum http_event *event_out, struct str *body_out) MUST_USE;

/* Valid from HTTP_HEAD_DONE until http_parser_next; NULL before. */
const struct http_head *http_parser_head(const struct http_parser *p);

/* Nothing of a next request has arrived yet (but perhaps the one empty line that may
 * precede it). */
bool http_parser_is_idle(const struct http_parser *p);

/* After HTTP_DONE: make ready for the next request; frees the head. Called earlier it would
 * take a body for a request, so it then fails the parser with -E_STATE. */
void http_parser_next(struct http_parser *p);

/* A smaller body limit for this request, between HTTP_HEAD_DONE and the body. A body that
 * is announced larger fails the next http_parser_feed. */
void http_parser_limit_body(struct http_parser *p, uint64_t body_bytes);

/* "Not Found" for 404, "Unknown" for a status nothing here sends. */
const char *http_status_text(int status);

#endif
