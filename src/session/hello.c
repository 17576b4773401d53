/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/hello.h"

#include <stdlib.h>

struct session_hello *
session_hello_new(struct request *r, int64_t wall_ms)
{
	const struct http_head *head = r->head;
	size_t n = head->target.len;
	struct session_hello *hello;
	char *at;

	for (size_t i = 0; i < head->headers_n; i++)
		n += head->headers[i].name.len + head->headers[i].value.len + 4;
	hello = malloc(sizeof(*hello) + n);
	if (!hello)
		return NULL;
	at = hello->text;
	*hello = (struct session_hello){.issued_ms = wall_ms,
					.peer = r->client,
					.is_secure = r->conn->stream.ops->is_secure};
	hello->url = str_put(&at, head->target);
	hello->query = (struct str){at - head->uri.query.len, head->uri.query.len};
	hello->headers = (struct str){at, 0};
	for (size_t i = 0; i < head->headers_n; i++) {
		struct str name = str_put(&at, head->headers[i].name);

		for (size_t j = 0; j < name.len; j++)
			if (name.ptr[j] >= 'A' && name.ptr[j] <= 'Z')
				*(at - name.len + j) |= 0x20;
		str_put(&at, STR(": "));
		str_put(&at, head->headers[i].value);
		str_put(&at, STR("\r\n"));
	}
	hello->headers.len = (size_t)(at - hello->headers.ptr);
	return hello;
}

struct str
session_hello_header(const struct session_hello *h, struct str name)
{
	struct str rest = h->headers;

	while (rest.len) {
		const char *end = memmem(rest.ptr, rest.len, "\r\n", 2);
		struct str line = {rest.ptr, (size_t)(end - rest.ptr)};

		rest = str_skip(rest, line.len + 2);
		if (line.len > name.len + 1 && str_has_prefix(line, name) && line.ptr[name.len] == ':')
			return str_skip(line, name.len + 2);
	}
	return (struct str){NULL, 0};
}
