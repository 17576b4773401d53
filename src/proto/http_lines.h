/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A section of lines as HTTP has them, up to its empty line: the head of a message, or its
 * trailer. Lines end with CRLF and nothing else, and hold no control character but the tab;
 * whatever breaks that is refused at the byte that breaks it. A section that comes whole stays
 * where it is, one that comes in pieces is gathered.
 * Owns: what it gathered. Pure; one thread. Source: RFC 9112 2.2.
 */
#ifndef PROTO_HTTP_LINES_H
#define PROTO_HTTP_LINES_H

#include "base/buf.h"

struct http_lines {
	/* What has come so far, the empty line too: bytes, or those of the last feed. */
	struct str section;
	struct buf bytes; /* gathered */
	size_t bytes_max, lines_max;
	size_t lines_n; /* complete ones, without the empty one */
	size_t line_at; /* where the line that is being gathered starts */
	bool is_after_cr;
	bool is_complete; /* the empty line is there */
	bool is_ascii;    /* and nothing but visible characters and blanks so far */
};

void http_lines_init(struct http_lines *l, size_t bytes_max, size_t lines_max);
void http_lines_fini(struct http_lines *l);

/* Returns the bytes used: all of them, or up to the end of the section.
 * Errors: -E_HTTP_SYNTAX; -E_HEAD_TOO_LARGE when bytes_max bytes hold no whole section, or
 * lines_max is exceeded; -E_NOMEM. What came before the error is in l->section, but for
 * -E_NOMEM. */
long http_lines_feed(struct http_lines *l, const char *bytes, size_t n) MUST_USE;

/* Take the next line, without its CRLF, off a section that http_lines_feed accepted. */
struct str http_lines_cut(struct str *section);

#endif
