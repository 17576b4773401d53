/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/http_head.h"

#include "base/errors.h"
#include "proto/http_lines.h"
#include "proto/http_llhttp.h"

/* Methods are compared with case: RFC 9110 9.1. */
static int
read_method(struct str text, enum http_method *out)
{
	static const struct {
		struct str text;
		enum http_method method;
	} methods[] = {
		{{"GET", 3}, HTTP_GET},         {{"POST", 4}, HTTP_POST},
		{{"OPTIONS", 7}, HTTP_OPTIONS}, {{"HEAD", 4}, HTTP_HEAD},
		{{"PUT", 3}, HTTP_PUT},         {{"DELETE", 6}, HTTP_DELETE},
		{{"PATCH", 5}, HTTP_PATCH},     {{"TRACE", 5}, HTTP_OTHER},
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (str_eq(text, methods[i].text)) {
			*out = methods[i].method;
			return 0;
		}
	return str_eq(text, STR("CONNECT")) ? -E_HTTP_METHOD : -E_HTTP_CODING;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
read_version(struct str text, int *minor_out)
{
	if (text.len != 8 || !str_has_prefix(text, STR("HTTP/")) ||
	    !is_digit(text.ptr[5]) || text.ptr[6] != '.' || !is_digit(text.ptr[7]))
		return -E_HTTP_SYNTAX;
	if (text.ptr[5] != '1' || text.ptr[7] > '1')
		return -E_HTTP_VERSION;
	*minor_out = text.ptr[7] - '0';
	return 0;
}

int
http_head_read_start(struct str line, size_t target_max_bytes, struct http_start *out)
{
	struct str version = line;
	struct str method = str_cut(&version, ' ');
	struct str target = str_cut(&version, ' ');
	int error;

	if (!http_is_token(method) || target.len == 0 || !version.ptr)
		return -E_HTTP_SYNTAX;
	if (target.len > target_max_bytes)
		return -E_URI_TOO_LONG;
	error = read_version(version, &out->minor);
	if (!error)
		error = read_method(method, &out->method);
	out->method_len = method.len;
	out->target_len = target.len;
	return error;
}

enum { OF_NAME = 1, OF_IPV6 = 2 }; /* where a byte of a host may stand */

/* clang-format off */
#define BOTH (OF_NAME | OF_IPV6)
static const uint8_t host_chars[256] = {
	['0'] = BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH,
	['A'] = BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['a'] = BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['.'] = BOTH, [':'] = OF_IPV6, ['-'] = OF_NAME, ['_'] = OF_NAME, ['~'] = OF_NAME,
};
#undef BOTH
/* clang-format on */

static bool
is_made_of(struct str s, uint8_t where)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(host_chars[(unsigned char)s.ptr[i]] & where))
			return false;
	return true;
}

/* Names, IPv4 and [IPv6], with or without a port. Narrower than RFC 3986 3.2.2: no escapes
 * and none of the marks that no name has and that other servers split at. */
static bool
is_host(struct str text)
{
	struct str port = text, host;
	uint64_t number;

	if (text.len > 0 && text.ptr[0] == '[') {
		host = str_cut(&port, ']');
		host = str_skip(host, 1);
		if (host.len < 2 || !port.ptr || !memchr(host.ptr, ':', host.len) ||
		    !is_made_of(host, OF_IPV6) || (port.len > 0 && port.ptr[0] != ':'))
			return false;
		port = port.len > 0 ? str_skip(port, 1) : (struct str){0};
	} else {
		host = str_cut(&port, ':');
		if (host.len == 0 || !is_made_of(host, OF_NAME))
			return false;
	}
	return port.len == 0 || (port.len <= 5 && str_to_u64(port, 65535, &number));
}

/* The fields that HTTP itself looks at, found in one pass over the headers. */
enum field {
	HOST,
	EXPECT,
	UPGRADE,
	CONNECTION,
	CONTENT_LENGTH,
	TRANSFER_ENCODING,
	FIELDS_N
};

struct fields {
	size_t n[FIELDS_N];         /* how many lines there are of each */
	struct str value[FIELDS_N]; /* of the first */
};

static void
find_fields(const struct http_head *h, struct fields *out)
{
	/* No two have the same length. */
	static const struct {
		struct str name;
		enum field field;
	} by_length[] = {
		[4] = {{"Host", 4}, HOST},
		[6] = {{"Expect", 6}, EXPECT},
		[7] = {{"Upgrade", 7}, UPGRADE},
		[10] = {{"Connection", 10}, CONNECTION},
		[14] = {{"Content-Length", 14}, CONTENT_LENGTH},
		[17] = {{"Transfer-Encoding", 17}, TRANSFER_ENCODING},
	};

	*out = (struct fields){.n = {0}};
	for (size_t i = 0; i < h->headers_n; i++) {
		const struct http_header *header = &h->headers[i];
		size_t len = header->name.len;
		enum field field;

		if (len >= sizeof(by_length) / sizeof(by_length[0]) ||
		    !str_eq_nocase(header->name, by_length[len].name))
			continue;
		field = by_length[len].field;
		if (out->n[field]++ == 0)
			out->value[field] = header->value;
	}
}

static int
read_host(struct http_head *h, const struct fields *f)
{
	h->host = f->value[HOST];
	if (f->n[HOST] == 0 && h->minor == 0)
		return 0;
	return f->n[HOST] == 1 && is_host(h->host) ? 0 : -E_HTTP_HOST;
}

/* "http://authority/p?q" becomes "/p?q" when the authority is this host: RFC 9112 3.2.2.
 * An empty path is "/", written over the last byte of the authority. */
static int
reduce_target(char *target, size_t n, struct http_head *h)
{
	struct str rest = {target, n}, scheme = str_cut(&rest, ':');
	struct str authority;
	size_t at;

	if (!str_eq_nocase(scheme, STR("http")) && !str_eq_nocase(scheme, STR("https")))
		return -E_HTTP_SYNTAX;
	if (!str_has_prefix(rest, STR("//")))
		return -E_HTTP_SYNTAX;
	authority = str_skip(rest, 2);
	for (size_t i = 0; i < authority.len; i++)
		if (authority.ptr[i] == '/' || authority.ptr[i] == '?')
			authority.len = i;
	if (authority.len == 0 || !str_eq_nocase(authority, h->host))
		return -E_HTTP_HOST;
	at = (size_t)(authority.ptr - target) + authority.len;
	if (at == n || target[at] != '/')
		target[--at] = '/';
	h->target = (struct str){target + at, n - at};
	return 0;
}

static int
read_target(char *target, size_t n, struct http_head *h)
{
	int error;

	h->target = (struct str){target, n};
	if (n == 1 && target[0] == '*' && h->method == HTTP_OPTIONS) {
		h->uri = (struct uri){.path = h->target};
		return 0;
	}
	if (target[0] != '/') {
		error = reduce_target(target, n, h);
		if (error)
			return error;
	}
	return uri_split(h->target, &h->uri);
}

static bool
is_number(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]))
			return false;
	return s.len > 0;
}

/* Only "chunked", once: RFC 9112 6.1 wants it last, and nothing here decodes another. */
static int
check_coding(struct str codings)
{
	struct str rest = codings;

	if (str_eq_nocase(codings, STR("chunked")))
		return 0;
	while (rest.ptr) {
		struct str coding = str_trim(str_cut(&rest, ','));

		if (coding.len > 0 && !str_eq_nocase(coding, STR("chunked")))
			return -E_HTTP_CODING;
	}
	return -E_HTTP_FRAMING;
}

static int
read_framing(const struct http_head *h, const struct fields *f, struct http_framing *out)
{
	struct str length = f->value[CONTENT_LENGTH];

	*out = (struct http_framing){0};
	if (f->n[TRANSFER_ENCODING] + f->n[CONTENT_LENGTH] > 1 ||
	    (f->n[TRANSFER_ENCODING] == 1 && h->minor == 0))
		return -E_HTTP_FRAMING;
	if (f->n[TRANSFER_ENCODING] == 1) {
		out->is_chunked = true;
		return check_coding(f->value[TRANSFER_ENCODING]);
	}
	if (f->n[CONTENT_LENGTH] == 0)
		return 0;
	if (!is_number(length))
		return -E_HTTP_FRAMING;
	return str_to_u64(length, UINT64_MAX, &out->length) ? 0 : -E_TOO_LARGE;
}

/* Does a Connection header hold this token? */
static bool
has_option(const struct http_head *h, const struct fields *f, struct str token)
{
	if (f->n[CONNECTION] == 1 && str_eq_nocase(f->value[CONNECTION], token))
		return true;
	return f->n[CONNECTION] && http_header_has_token(h, STR("Connection"), token);
}

/* The form of nearly all requests, which leaves nothing to be seen in two ways: llhttp takes it
 * just as we do, which unit test and fuzzer compare. All others are shown to llhttp. */
static bool
is_common(const struct http_head *h, const struct fields *f)
{
	if (h->minor != 1 || h->method == HTTP_OTHER || h->target.ptr[0] != '/' ||
	    f->n[TRANSFER_ENCODING] + f->n[EXPECT] + f->n[UPGRADE] > 0)
		return false;
	return !f->n[CONNECTION] ||
	       (f->n[CONNECTION] == 1 &&
		(str_eq_nocase(f->value[CONNECTION], STR("keep-alive")) ||
		 str_eq_nocase(f->value[CONNECTION], STR("close"))));
}

static bool
llhttp_agrees(struct str section, const struct http_head *h,
	      const struct http_framing *framing)
{
	struct http_split split = {
		.method = h->method_text,
		.target = h->target,
		.minor = h->minor,
		.headers = h->headers,
		.headers_n = h->headers_n,
		.is_chunked = framing->is_chunked,
		.body_bytes = framing->length,
	};

	return http_llhttp_agrees(section, &split);
}

static int
read_options(struct http_head *h, const struct fields *f)
{
	if (f->n[EXPECT] > 1 ||
	    (f->n[EXPECT] && !str_eq_nocase(f->value[EXPECT], STR("100-continue"))))
		return -E_HTTP_EXPECT;
	h->expect_continue = f->n[EXPECT] && h->has_body && h->minor == 1;
	h->keep_alive = !has_option(h, f, STR("close")) &&
			(h->minor == 1 || has_option(h, f, STR("keep-alive")));
	h->upgrade = h->minor == 1 && f->value[UPGRADE].len > 0 &&
		     has_option(h, f, STR("upgrade"));
	return 0;
}

static int
split_section(struct str section, const struct http_start *start, struct http_head *h)
{
	struct str line = http_lines_cut(&section);

	*h = (struct http_head){
		.method = start->method,
		.method_text = {line.ptr, start->method_len},
		.target = {line.ptr + start->method_len + 1, start->target_len},
		.minor = start->minor,
		.headers = h->headers,
	};
	for (line = http_lines_cut(&section); line.len > 0;
	     line = http_lines_cut(&section))
		if (http_header_split(line, &h->headers[h->headers_n++]) < 0)
			return -E_HTTP_SYNTAX;
	return 0;
}

int
http_head_read(const struct http_section *section, const struct http_start *start,
	       struct http_head *h, struct http_framing *framing_out)
{
	struct str text = {section->bytes, section->n};
	int error = split_section(text, start, h);
	struct fields fields;

	if (error)
		return error;
	find_fields(h, &fields);
	error = read_host(h, &fields);
	if (!error)
		error = read_framing(h, &fields, framing_out);
	if (error)
		return error;
	h->has_body = framing_out->is_chunked || framing_out->length > 0;
	error = read_options(h, &fields);
	if (!error && !(section->is_ascii && is_common(h, &fields)) &&
	    !llhttp_agrees(text, h, framing_out))
		error = -E_HTTP_SYNTAX;
	/* Last, as it may write. */
	return error ? error
		     : read_target(section->bytes + start->method_len + 1,
				   start->target_len, h);
}

int
http_head_check_trailer(struct str line)
{
#define NAME(text)                                                                       \
	{                                                                                \
		text, sizeof(text) - 1                                                   \
	}
	/* clang-format off */
	static const struct str forbidden[] = {
		NAME("Authorization"), NAME("Cache-Control"), NAME("Connection"),
		NAME("Content-Encoding"), NAME("Content-Length"), NAME("Content-Range"),
		NAME("Content-Type"), NAME("Cookie"), NAME("Expect"), NAME("Forwarded"),
		NAME("Host"), NAME("Keep-Alive"), NAME("Max-Forwards"), NAME("Origin"),
		NAME("Pragma"), NAME("Proxy-Authorization"), NAME("Proxy-Connection"),
		NAME("Range"), NAME("Set-Cookie"), NAME("TE"), NAME("Trailer"),
		NAME("Transfer-Encoding"), NAME("Upgrade"), NAME("X-Forwarded-For"),
	};
	/* clang-format on */
#undef NAME
	struct http_header header;
	int error = http_header_split(line, &header);

	for (size_t i = 0; !error && i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if (str_eq_nocase(header.name, forbidden[i]))
			error = -E_HTTP_FRAMING;
	return error;
}
