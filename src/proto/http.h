/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP/1.1 requests from bytes, strictly: llhttp parses, what it lets through is refused
 * here. The head is gathered whole and then checked, so the result does not depend on how
 * the bytes were cut. Pull style: the caller feeds bytes and gets one event at a time, so
 * pipelined requests, pauses and hand-overs need nothing special.
 * Owns: the memory of the head, until http_parser_next or _fini. Pure; one thread.
 * Source: RFC 9110, RFC 9112.
 */
#ifndef PROTO_HTTP_H
#define PROTO_HTTP_H

#include "base/buf.h"
#include "proto/uri.h"

struct http_limits {
	size_t head_bytes;   /* request line and header section: 431 */
	size_t target_bytes; /* 414 */
	size_t headers_n;    /* 431 */
	uint64_t body_bytes; /* decoded: 413 */
};

enum http_method {
	HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_PATCH, HTTP_OPTIONS,
	HTTP_OTHER /* a known method that nothing here serves */
};

struct http_header {
	struct str name, value; /* value without blanks at its ends */
};

struct http_head {
	enum http_method method;
	struct str method_text;
	struct str target; /* as it came; absolute form is reduced to origin form */
	struct uri uri;
	struct str host; /* empty only in HTTP/1.0 */
	int minor;	 /* 0 or 1 */
	struct http_header *headers;
	size_t headers_n;
	bool has_body;	 /* chunked, or Content-Length above 0 */
	bool keep_alive; /* the connection may serve another request after this */
	bool upgrade;	 /* Connection: upgrade and an Upgrade header, HTTP/1.1 */
	bool expect_continue;
};

enum http_event {
	HTTP_MORE, /* all bytes used, feed more */
	HTTP_HEAD_DONE, /* parser->head is there */
	HTTP_BODY, /* *body is a slice of the input, decoded */
	HTTP_DONE  /* message complete; unused bytes belong to the next one */
};

struct http_parser;

/* NULL when memory is short. limits must outlive the parser. */
struct http_parser *http_parser_new(const struct http_limits *limits) MUST_USE;
void http_parser_free(struct http_parser *p);

/* Feed bytes; stops after the event in *event_out. Returns the bytes used (call again with
 * the rest) or an error that ends the connection. body_out is set with HTTP_BODY only.
 * Errors: -E_HTTP_SYNTAX, -E_HTTP_HOST, -E_HTTP_FRAMING, -E_HTTP_CODING, -E_HTTP_VERSION,
 * -E_URI_TOO_LONG, -E_HEAD_TOO_LARGE, -E_TOO_LARGE, -E_HTTP_EXPECT, -E_NOMEM. */
long http_parser_feed(struct http_parser *p, const char *bytes, size_t n,
		      enum http_event *event_out, struct str *body_out) MUST_USE;

/* Valid from HTTP_HEAD_DONE until http_parser_next. */
const struct http_head *http_parser_head(const struct http_parser *p);

/* Nothing of a next request has arrived yet. */
bool http_parser_is_idle(const struct http_parser *p);

/* After HTTP_DONE: make ready for the next request; frees the head. */
void http_parser_next(struct http_parser *p);

/* A smaller body limit for this request, between HTTP_HEAD_DONE and the body. */
void http_parser_limit_body(struct http_parser *p, uint64_t body_bytes);

/* First header of that name, NULL when absent. */
const struct http_header *http_header_find(const struct http_head *h, struct str name);
/* Its value, empty when absent. */
struct str http_header_get(const struct http_head *h, struct str name);
/* Does a comma-separated header (all its lines) hold this token, compared without case? */
bool http_header_has_token(const struct http_head *h, struct str name, struct str token);

/* "Not Found" for 404. */
const char *http_status_text(int status);

#endif
