/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The headers of first requests. Clients of one kind send the same ones, some hundred bytes, so
 * each such text is on a loop only once, and counted. Thread: its loop.
 */
#ifndef SESSION_HEADERS_H
#define SESSION_HEADERS_H

#include "base/map.h"
#include "base/slab.h"
#include "transport/request.h"

struct headers {
	uint32_t refs;
	uint32_t len;
	char text[]; /* "name: value\r\n" each */
};

/* An empty one holds no memory. */
struct headers_pool {
	struct slab *slab;
	struct map by_text;
};

/* Those of r, names in lower case, without those that concern the connection and not the
 * session. NULL when memory is short. Owns: the caller gives them back. */
struct headers *headers_get(struct headers_pool *p, struct request *r) MUST_USE;
void headers_put(struct headers_pool *p, struct headers *h);

static inline struct str
headers_text(const struct headers *h)
{
	return (struct str){h->text, h->len};
}

#endif
