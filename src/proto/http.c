/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parser is small because it owns memory only while a request is in it: the bytes of a
 * head that comes in pieces as they are gathered, then one block with the head, its headers
 * and its bytes. The trailer section is gathered as the head was, checked and forgotten.
 */
#include "proto/http.h"

#include "base/errors.h"
#include "base/spare.h"
#include "proto/http_body.h"
#include "proto/http_head.h"
#include "proto/http_lines.h"

enum http_state { HTTP_STATE_HEAD, HTTP_STATE_BODY, HTTP_STATE_TRAILER, HTTP_STATE_DONE };

struct http_message {
	struct http_head head;
	size_t size;                  /* of all of it */
	struct http_header headers[]; /* and the bytes, which head borrows */
};

struct http_parser {
	const struct http_limits *limits;
	struct http_message *message;
	struct http_lines lines; /* of the head, then of the trailer */
	struct http_start start;
	struct http_body body;
	int error;
	enum http_state state;
	bool is_chunked;
	bool has_start;      /* start is read */
	bool has_empty_line; /* the one that may precede a request */
};

static void
expect_head(struct http_parser *p)
{
	p->state = HTTP_STATE_HEAD;
	p->has_start = p->has_empty_line = false;
	http_lines_init(&p->lines, p->limits->head_bytes, p->limits->headers_n + 1);
}

static void
free_message(struct http_parser *p)
{
	if (p->message)
		spare_give(p->message, p->message->size);
	p->message = NULL;
}

struct http_parser *
http_parser_new(const struct http_limits *limits)
{
	struct http_parser *p = spare_zeros(sizeof(*p));

	if (!p)
		return NULL;
	p->limits = limits;
	expect_head(p);
	return p;
}

void
http_parser_free(struct http_parser *p)
{
	if (!p)
		return;
	http_lines_fini(&p->lines);
	free_message(p);
	spare_give(p, sizeof(*p));
}

/* Room for the head of this section, and the section itself. */
static struct http_message *
new_message(struct str section, size_t headers_n, char **bytes_out)
{
	size_t size = sizeof(struct http_message) +
		      headers_n * sizeof(struct http_header) + section.len;
	struct http_message *m = spare_take(size);

	if (!m)
		return NULL;
	m->size = size;
	m->head.headers = m->headers;
	*bytes_out = (char *)(m->headers + headers_n);
	memcpy(*bytes_out, section.ptr, section.len);
	return m;
}

/* The whole head section is there. */
static int
read_head(struct http_parser *p)
{
	struct http_section section = {.n = p->lines.section.len,
				       .is_ascii = p->lines.is_ascii};
	struct http_framing framing;
	int error;

	p->message = new_message(p->lines.section, p->lines.lines_n - 1, &section.bytes);
	if (!p->message)
		return -E_NOMEM;
	http_lines_fini(&p->lines);
	error = http_head_read(&section, &p->start, &p->message->head, &framing);
	if (error) {
		free_message(p);
		return error;
	}
	if (framing.length > p->limits->body_bytes) {
		free_message(p);
		return -E_TOO_LARGE;
	}
	p->is_chunked = framing.is_chunked;
	if (p->is_chunked)
		http_body_init_chunked(&p->body, p->limits->body_bytes);
	else
		http_body_init(&p->body, framing.length, p->limits->body_bytes);
	p->state = HTTP_STATE_BODY;
	return 0;
}

static int
read_start(struct http_parser *p)
{
	struct str line = p->lines.section;

	if (p->has_start || p->lines.lines_n == 0)
		return 0;
	p->has_start = true;
	return http_head_read_start(http_lines_cut(&line), p->limits->target_bytes,
				    &p->start);
}

/* An empty line where a request line should be: one may come first (RFC 9112 2.2). */
static int
skip_empty_line(struct http_parser *p)
{
	if (p->has_empty_line)
		return -E_HTTP_SYNTAX;
	http_lines_fini(&p->lines);
	expect_head(p);
	p->has_empty_line = true;
	return 0;
}

static long
feed_head(struct http_parser *p, const char *bytes, size_t n, enum http_event *event_out)
{
	size_t done = 0;
	long used;
	int error;

	do {
		used = http_lines_feed(&p->lines, bytes + done, n - done);
		if (used == -E_NOMEM)
			return used;
		/* What is wrong with the request line comes before what is wrong after it,
		 * as it would if that came later. */
		error = read_start(p);
		if (error)
			return error;
		if (used == -E_HEAD_TOO_LARGE && p->lines.lines_n == 0)
			return -E_URI_TOO_LONG;
		if (used < 0)
			return used;
		done += (size_t)used;
		if (!p->lines.is_complete)
			return (long)done;
		error = p->lines.lines_n == 0 ? skip_empty_line(p) : read_head(p);
		if (error)
			return error;
	} while (p->state == HTTP_STATE_HEAD);
	*event_out = HTTP_HEAD_DONE;
	return (long)done;
}

static long
feed_trailer(struct http_parser *p, const char *bytes, size_t n,
	     enum http_event *event_out)
{
	long used = http_lines_feed(&p->lines, bytes, n);
	struct str section = p->lines.section;
	int error = 0;

	if (used < 0 || !p->lines.is_complete)
		return used;
	for (size_t i = 0; i < p->lines.lines_n && !error; i++)
		error = http_head_check_trailer(http_lines_cut(&section));
	http_lines_fini(&p->lines);
	if (error)
		return error;
	p->state = HTTP_STATE_DONE;
	*event_out = HTTP_DONE;
	return used;
}

static long
feed_body(struct http_parser *p, const char *bytes, size_t n, enum http_event *event_out,
	  struct str *body_out)
{
	long used = http_body_feed(&p->body, bytes, n, body_out), rest;

	if (used < 0)
		return used;
	if (body_out->len > 0) {
		*event_out = HTTP_BODY;
		return used;
	}
	if (!http_body_is_complete(&p->body))
		return used;
	if (!p->is_chunked) {
		p->state = HTTP_STATE_DONE;
		*event_out = HTTP_DONE;
		return used;
	}
	p->state = HTTP_STATE_TRAILER;
	http_lines_init(&p->lines, p->limits->head_bytes, p->limits->headers_n);
	rest = feed_trailer(p, bytes + used, n - (size_t)used, event_out);
	return rest < 0 ? rest : used + rest;
}

long
http_parser_feed(struct http_parser *p, const char *bytes, size_t n,
		 enum http_event *event_out, struct str *body_out)
{
	long used = 0;

	*event_out = HTTP_MORE;
	if (p->error)
		return p->error;
	switch (p->state) {
	case HTTP_STATE_HEAD:
		used = feed_head(p, bytes, n, event_out);
		break;
	case HTTP_STATE_BODY:
		used = feed_body(p, bytes, n, event_out, body_out);
		break;
	case HTTP_STATE_TRAILER:
		used = feed_trailer(p, bytes, n, event_out);
		break;
	case HTTP_STATE_DONE:
		*event_out = HTTP_DONE;
		break;
	}
	if (used < 0)
		p->error = (int)used;
	return used;
}

const struct http_head *
http_parser_head(const struct http_parser *p)
{
	return p->message ? &p->message->head : NULL;
}

bool
http_parser_is_idle(const struct http_parser *p)
{
	return p->state == HTTP_STATE_HEAD && p->lines.bytes.len == 0 && !p->error;
}

void
http_parser_next(struct http_parser *p)
{
	if (p->state != HTTP_STATE_DONE) {
		p->error = -E_STATE;
		return;
	}
	free_message(p);
	expect_head(p);
}

void
http_parser_limit_body(struct http_parser *p, uint64_t body_bytes)
{
	http_body_limit(&p->body, body_bytes);
}

const char *
http_status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} rows[] = {
		{100, "Continue"},
		{101, "Switching Protocols"},
		{200, "OK"},
		{202, "Accepted"},
		{204, "No Content"},
		{302, "Found"},
		{304, "Not Modified"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{410, "Gone"},
		{411, "Length Required"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{415, "Unsupported Media Type"},
		{417, "Expectation Failed"},
		{421, "Misdirected Request"},
		{426, "Upgrade Required"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
		{505, "HTTP Version Not Supported"},
		{507, "Insufficient Storage"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "Unknown";
}
