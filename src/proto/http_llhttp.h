/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * llhttp's opinion of a head. It is the only place that includes llhttp.h, whose HTTP_GET
 * and others are also names of http.h; so this header must not include that one.
 * Pure; any thread.
 */
#ifndef PROTO_HTTP_LLHTTP_H
#define PROTO_HTTP_LLHTTP_H

#include "proto/http_header.h"

/* A request as our own pass has split it: slices of the head, and what body follows. */
struct http_split {
	struct str method, target;
	int minor;
	const struct http_header *headers;
	size_t headers_n;
	bool is_chunked;
	uint64_t body_bytes; /* when it is not chunked */
};

/* Does llhttp accept this head, ending where it ends, and find the very same slices and the
 * same body behind it? */
bool http_llhttp_agrees(struct str head, const struct http_split *split);

#endif
