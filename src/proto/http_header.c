/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/http.h"

#include "base/errors.h"

/* clang-format off */
static const bool token_chars[256] = {
	['!'] = true,  ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true,
	['\''] = true, ['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true,
	['^'] = true,  ['_'] = true, ['`'] = true, ['|'] = true, ['~'] = true,
	['0'] = true,  true, true, true, true, true, true, true, true, true,
	['A'] = true,  true, true, true, true, true, true, true, true, true, true, true, true,
	true, true, true, true, true, true, true, true, true, true, true, true, true,
	['a'] = true,  true, true, true, true, true, true, true, true, true, true, true, true,
	true, true, true, true, true, true, true, true, true, true, true, true, true,
};
/* clang-format on */

size_t
http_token_run(struct str s)
{
	size_t n = 0;

	while (n < s.len && token_chars[(unsigned char)s.ptr[n]])
		n++;
	return n;
}

bool
http_is_token(struct str s)
{
	return s.len > 0 && http_token_run(s) == s.len;
}

int
http_header_split(struct str line, struct http_header *out)
{
	size_t name_len = http_token_run(line);

	if (name_len == 0 || name_len == line.len || line.ptr[name_len] != ':')
		return -E_HTTP_SYNTAX;
	out->name = (struct str){line.ptr, name_len};
	out->value = str_trim(str_skip(line, name_len + 1));
	return 0;
}

struct str
http_header_get(const struct http_head *h, struct str name)
{
	for (size_t i = 0; i < h->headers_n; i++)
		if (str_eq_nocase(h->headers[i].name, name))
			return h->headers[i].value;
	return (struct str){0};
}

struct str
http_header_list(const struct http_head *h, struct str name, struct arena *a)
{
	struct str list = http_header_get(h, name);
	size_t n = 0;
	char *at;

	if (!list.ptr || http_header_count(h, name) == 1)
		return list;
	for (size_t i = 0; i < h->headers_n; i++)
		if (str_eq_nocase(h->headers[i].name, name))
			n += h->headers[i].value.len + 1;
	at = arena_alloc(a, n);
	if (!at)
		return (struct str){NULL, 0};
	list = (struct str){at, n - 1};
	for (size_t i = 0; i < h->headers_n; i++) {
		if (!str_eq_nocase(h->headers[i].name, name))
			continue;
		str_put(&at, h->headers[i].value);
		*at++ = ',';
	}
	return list;
}

size_t
http_header_count(const struct http_head *h, struct str name)
{
	size_t count = 0;

	for (size_t i = 0; i < h->headers_n; i++)
		count += str_eq_nocase(h->headers[i].name, name);
	return count;
}

bool
http_header_has_token(const struct http_head *h, struct str name, struct str token)
{
	for (size_t i = 0; i < h->headers_n; i++) {
		struct str rest = h->headers[i].value;

		if (!str_eq_nocase(h->headers[i].name, name))
			continue;
		while (rest.ptr)
			if (str_eq_nocase(str_trim(str_cut(&rest, ',')), token))
				return true;
	}
	return false;
}
