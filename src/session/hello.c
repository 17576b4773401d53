/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/hello.h"

#include "base/errors.h"

int
session_hello_init(struct session_hello *h, struct texts *texts, struct request *r,
		   int64_t wall_ms)
{
	h->issued_ms = wall_ms;
	h->peer = r->client;
	h->is_secure = r->conn->stream.ops->is_secure;
	h->url = texts_get(texts, r->head->target);
	h->headers = headers_get(texts, r);
	return h->url && h->headers ? 0 : -E_NOMEM;
}

void
session_hello_fini(struct session_hello *h, struct texts *texts)
{
	texts_put(texts, h->url);
	texts_put(texts, h->headers);
}

/* A target in absolute form has the first one at the same place: none before its query. */
struct str
session_hello_query(const struct session_hello *h)
{
	struct str rest = session_hello_url(h);

	str_cut(&rest, '?');
	return rest;
}

void
session_hello_forget_query(struct session_hello *h, struct texts *texts)
{
	struct str rest = session_hello_url(h);
	struct text *path = texts_get(texts, str_cut(&rest, '?'));

	if (!path)
		return;
	texts_put(texts, h->url);
	h->url = path;
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
