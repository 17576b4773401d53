/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/headers.h"

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

struct text *
headers_get(struct texts *texts, struct request *r)
{
	size_t n = headers_size(r->head);
	char *lines = arena_alloc(&r->arena, n + 1);

	if (!lines)
		return NULL;
	put_headers(lines, r->head);
	return texts_get(texts, (struct str){lines, n});
}
