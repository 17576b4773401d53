/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/proto/http_agreement.h"

#include "proto/http_llhttp.h"

/* The section that begins with the method. */
static struct str
section_of(const struct http_head *h)
{
	const char *start = h->method_text.ptr, *end = start;

	while (memcmp(end, "\r\n\r\n", 4) != 0)
		end++;
	return (struct str){start, (size_t)(end + 4 - start)};
}

bool
http_agreement(const struct http_head *h)
{
	struct http_split split = {
		.method = h->method_text,
		.target = h->target,
		.minor = h->minor,
		.headers = h->headers,
		.headers_n = h->headers_n,
		.is_chunked = http_header_count(h, STR("Transfer-Encoding")) > 0,
	};
	struct str length = http_header_get(h, STR("Content-Length"));

	if (h->target.ptr != h->method_text.ptr + h->method_text.len + 1)
		return true;
	if (length.len && !str_to_u64(length, UINT64_MAX, &split.body_bytes))
		return false;
	return http_llhttp_agrees(section_of(h), &split);
}
