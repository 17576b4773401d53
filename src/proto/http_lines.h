/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A section of lines as HTTP has them, gathered until its empty line: the head of a
 * message, or its trailer. Lines end with CRLF and nothing else, and hold no control
 * character but the tab; whatever breaks that is refused at the byte that breaks it.
 * Owns: its bytes. Pure; one thread. Source: RFC 9112 2.2.
 */
#ifndef PROTO_HTTP_LINES_H
#define PROTO_HTTP_LINES_H

#include "base/buf.h"

struct http_lines {
	struct buf bytes; /* all lines with their CRLFs, the empty one too */
	size_t bytes_max, lines_max;
	size_t lines_n; /* complete ones, without the empty one */
	size_t line_at; /* where the line that is being gathered starts */
	bool is_after_cr;
	bool is_complete; /* the empty line is there */
};

void http_lines_init(struct http_lines *l, size_t bytes_max, size_t lines_max);
void http_lines_fini(struct http_lines *l);

/* Gather. Returns the bytes used: all of them, or up to the end of the section.
 * Errors: -E_HTTP_SYNTAX; -E_HEAD_TOO_LARGE when bytes_max bytes hold no whole section, or
 * lines_max is exceeded; -E_NOMEM. What came before the error is in l->bytes. */
long http_lines_feed(struct http_lines *l, const char *bytes, size_t n) MUST_USE;

/* Take the next line, without its CRLF, off a section that http_lines_feed accepted. */
struct str http_lines_cut(struct str *section);

#endif
