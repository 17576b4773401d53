/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/hello.h"

size_t
session_hello_size_for(const struct request *r)
{
	return offsetof(struct session_hello, url) + r->head->target.len;
}

int
session_hello_fill(struct session_hello *hello, struct headers_pool *pool,
		   struct request *r, int64_t wall_ms)
{
	const struct http_head *head = r->head;

	hello->issued_ms = wall_ms;
	hello->peer = r->client;
	hello->url_n = (uint32_t)head->target.len;
	hello->query_n = (uint32_t)head->uri.query.len;
	hello->is_secure = r->conn->stream.ops->is_secure;
	memcpy(hello->url, head->target.ptr, head->target.len);
	hello->headers = headers_get(pool, r);
	return hello->headers ? 0 : -E_NOMEM;
}

struct session_hello *
session_hello_new(struct headers_pool *pool, struct request *r, int64_t wall_ms)
{
	struct session_hello *hello = slab_new(pool->slab, session_hello_size_for(r));

	if (!hello || session_hello_fill(hello, pool, r, wall_ms) == 0)
		return hello;
	session_hello_free(pool, hello);
	return NULL;
}

void
session_hello_free(struct headers_pool *pool, struct session_hello *h)
{
	headers_put(pool, h->headers);
	slab_free(pool->slab, h, session_hello_size(h));
}

struct session_hello *
session_hello_forget_query(struct headers_pool *pool, struct session_hello *h)
{
	uint32_t gone_n = h->query_n + 1; /* the ? goes as well */
	struct session_hello *smaller;

	if (!h->query_n)
		return h;
	smaller = slab_new(pool->slab, session_hello_size(h) - gone_n);
	if (!smaller)
		return h;
	memcpy(smaller, h, session_hello_size(h) - gone_n);
	smaller->url_n -= gone_n;
	smaller->query_n = 0;
	slab_free(pool->slab, h, session_hello_size(h));
	return smaller;
}

struct str
session_hello_header(const struct session_hello *h, struct str name)
{
	struct str rest = session_hello_headers(h);

	while (rest.len) {
		const char *end = memmem(rest.ptr, rest.len, "\r\n", 2);
		struct str line = {rest.ptr, (size_t)(end - rest.ptr)};

		rest = str_skip(rest, line.len + 2);
		if (line.len > name.len + 1 && str_has_prefix(line, name) &&
		    line.ptr[name.len] == ':')
			return str_skip(line, name.len + 2);
	}
	return (struct str){NULL, 0};
}
