/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/hello.h"

/* Headers of a connection: RFC 9110 7.6.1, RFC 6455 11.3. They would be half of what is kept. */
static bool
is_of_connection(struct str name)
{
	static const struct str names[] = {
		STR("connection"),
		STR("upgrade"),
		STR("keep-alive"),
		STR("te"),
		STR("sec-websocket-key"),
		STR("sec-websocket-version"),
		STR("sec-websocket-extensions"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_nocase(name, names[i]))
			return true;
	return false;
}

static size_t
headers_size(const struct http_head *head)
{
	size_t n = 0;

	for (size_t i = 0; i < head->headers_n; i++)
		if (!is_of_connection(head->headers[i].name))
			n += head->headers[i].name.len + head->headers[i].value.len + 4;
	return n;
}

/* Returns what follows them. */
static char *
put_headers(char *at, const struct http_head *head)
{
	for (size_t i = 0; i < head->headers_n; i++) {
		struct str name;

		if (is_of_connection(head->headers[i].name))
			continue;
		name = str_put(&at, head->headers[i].name);
		for (size_t j = 0; j < name.len; j++)
			if (name.ptr[j] >= 'A' && name.ptr[j] <= 'Z')
				*(at - name.len + j) |= 0x20;
		str_put(&at, STR(": "));
		str_put(&at, head->headers[i].value);
		str_put(&at, STR("\r\n"));
	}
	return at;
}

size_t
session_hello_size_for(const struct request *r)
{
	return offsetof(struct session_hello, text) + r->head->target.len +
	       headers_size(r->head);
}

void
session_hello_fill(struct session_hello *hello, const struct request *r, int64_t wall_ms)
{
	const struct http_head *head = r->head;
	char *at = hello->text;

	hello->issued_ms = wall_ms;
	hello->peer = r->client;
	hello->url_n = (uint32_t)head->target.len;
	hello->query_n = (uint32_t)head->uri.query.len;
	hello->is_secure = r->conn->stream.ops->is_secure;
	str_put(&at, head->target);
	hello->headers_n = (uint32_t)(put_headers(at, head) - at);
}

struct session_hello *
session_hello_new(struct slab *slab, const struct request *r, int64_t wall_ms)
{
	struct session_hello *hello = slab_new(slab, session_hello_size_for(r));

	if (hello)
		session_hello_fill(hello, r, wall_ms);
	return hello;
}

void
session_hello_free(struct slab *slab, struct session_hello *h)
{
	slab_free(slab, h, session_hello_size(h));
}

struct session_hello *
session_hello_forget_query(struct slab *slab, struct session_hello *h)
{
	uint32_t gone_n = h->query_n + 1; /* the ? goes as well */
	struct session_hello *smaller;

	if (!h->query_n)
		return h;
	smaller = slab_new(slab, session_hello_size(h) - gone_n);
	if (!smaller)
		return h;
	memcpy(smaller, h, offsetof(struct session_hello, text) + h->url_n - gone_n);
	smaller->url_n -= gone_n;
	smaller->query_n = 0;
	memcpy(smaller->text + smaller->url_n, h->text + h->url_n, h->headers_n);
	session_hello_free(slab, h);
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
