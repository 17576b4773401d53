/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came with the first request of a session: one block of memory, texts inside it.
 * Immutable; freed with free(). Thread: any.
 */
#ifndef SESSION_HELLO_H
#define SESSION_HELLO_H

#include "transport/request.h"

struct session_hello {
	struct str query, url, headers; /* headers: "name: value\r\n", names in lower case */
	struct address peer;
	int64_t issued_ms;
	bool is_secure;
	char text[];
};

/* NULL when memory is short. */
struct session_hello *session_hello_new(struct request *r, int64_t wall_ms) MUST_USE;

/* Value of the first header of that name (lower case), empty when absent. */
struct str session_hello_header(const struct session_hello *h, struct str name);

#endif
