/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/http_llhttp.h"

#include <llhttp.h>

struct opinion {
	const struct http_split *split;
	size_t headers_n; /* whose values are complete */
	bool differs, has_value, is_complete;
};

static bool
is_same_slice(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || a.ptr == b.ptr);
}

static int
on_url(llhttp_t *parser, const char *at, size_t len)
{
	struct opinion *o = parser->data;

	o->differs |= !is_same_slice(o->split->target, (struct str){at, len});
	return 0;
}

static int
on_header_field(llhttp_t *parser, const char *at, size_t len)
{
	struct opinion *o = parser->data;

	o->differs |= o->headers_n == o->split->headers_n ||
		      !is_same_slice(o->split->headers[o->headers_n].name,
				     (struct str){at, len});
	return 0;
}

static int
on_header_value(llhttp_t *parser, const char *at, size_t len)
{
	struct opinion *o = parser->data;
	struct str value = str_trim((struct str){at, len});

	/* A value that comes in two spans would be a folded one. */
	o->differs |= o->has_value || o->headers_n == o->split->headers_n ||
		      !is_same_slice(o->split->headers[o->headers_n].value, value);
	o->has_value = true;
	return 0;
}

static int
on_header_value_complete(llhttp_t *parser)
{
	struct opinion *o = parser->data;

	o->headers_n++;
	o->has_value = false;
	return 0;
}

static int
on_headers_complete(llhttp_t *parser)
{
	struct opinion *o = parser->data;
	bool is_chunked = parser->flags & F_CHUNKED;

	/* llhttp takes no tab behind "chunked", and others then see no body at all. */
	o->differs |= is_chunked != o->split->is_chunked ||
		      parser->content_length != o->split->body_bytes;
	o->is_complete = true;
	return HPE_PAUSED;
}

bool
http_llhttp_agrees(struct str head, const struct http_split *split)
{
	static const llhttp_settings_t settings = {
		.on_url = on_url,
		.on_header_field = on_header_field,
		.on_header_value = on_header_value,
		.on_header_value_complete = on_header_value_complete,
		.on_headers_complete = on_headers_complete,
	};
	struct opinion o = {.split = split};
	struct str method;
	llhttp_t parser;

	llhttp_init(&parser, HTTP_REQUEST, &settings);
	parser.data = &o;
	/* The last byte by itself shows that llhttp needs all of them. */
	if (llhttp_execute(&parser, head.ptr, head.len - 1) != HPE_OK || o.is_complete)
		return false;
	if (llhttp_execute(&parser, head.ptr + head.len - 1, 1) != HPE_PAUSED ||
	    !o.is_complete)
		return false;
	if (o.differs || o.headers_n != split->headers_n)
		return false;
	method = str_from(
		llhttp_method_name((llhttp_method_t)llhttp_get_method(&parser)));
	return str_eq(method, split->method) && llhttp_get_http_major(&parser) == 1 &&
	       llhttp_get_http_minor(&parser) == split->minor;
}
