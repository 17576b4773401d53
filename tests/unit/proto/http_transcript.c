/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/proto/http_transcript.h"

#include "base/errors.h"
#include "unit/proto/http_agreement.h"

#include <check.h>
#include <stdlib.h>

static void
write_head(const struct http_head *h, bool with_headers, struct buf *out)
{
	buf_printf(out, "%.*s %.*s|%.*s host=%.*s 1.%d%s%s%s%s\n",
		   STR_ARG(h->method_text), STR_ARG(h->uri.path), STR_ARG(h->uri.query),
		   STR_ARG(h->host), h->minor, h->has_body ? " body" : "",
		   h->keep_alive ? " keep" : "", h->upgrade ? " upgrade" : "",
		   h->expect_continue ? " expect" : "");
	for (size_t i = 0; with_headers && i < h->headers_n; i++)
		buf_printf(out, "%.*s: %.*s\n", STR_ARG(h->headers[i].name),
			   STR_ARG(h->headers[i].value));
}

static void
write_content(char mark, struct buf *content, struct buf *out)
{
	buf_add_char(out, mark);
	buf_add_str(out, buf_str(content));
	buf_add_char(out, '\n');
	buf_clear(content);
}

struct transcript {
	struct http_parser *parser;
	struct buf content, *out;
	bool with_headers, in_body, is_over;
};

/* Feed one piece. Returns the bytes used; fewer than n when nothing more is to be fed. */
static size_t
feed_piece(struct transcript *t, const char *bytes, size_t n)
{
	size_t at = 0;

	for (;;) {
		const struct http_head *head;
		enum http_event event;
		struct str body = {0};
		long used = http_parser_feed(t->parser, bytes + at, n - at, &event,
					     &body);

		if (used < 0) {
			write_content('!', &t->content, t->out);
			t->out->len--;
			buf_printf(t->out, "%s\n", error_name((int)used));
			t->is_over = true;
			return at;
		}
		ck_assert_uint_le((size_t)used, n - at);
		at += (size_t)used;
		head = http_parser_head(t->parser);
		switch (event) {
		case HTTP_MORE:
			ck_assert_uint_eq(at, n);
			return at;
		case HTTP_HEAD_DONE:
			ck_assert(http_agreement(head));
			write_head(head, t->with_headers, t->out);
			t->in_body = true;
			break;
		case HTTP_BODY:
			ck_assert(body.ptr >= bytes && body.ptr + body.len <= bytes + at);
			buf_add_str(&t->content, body);
			break;
		case HTTP_DONE:
			write_content('=', &t->content, t->out);
			t->is_over = head->upgrade;
			if (t->is_over)
				return at;
			http_parser_next(t->parser);
			t->in_body = false;
			break;
		}
	}
}

void
http_transcribe(const struct http_limits *limits, struct str bytes, struct http_cuts cuts,
		struct buf *out)
{
	struct transcript t = {.parser = http_parser_new(limits),
			       .out = out,
			       .with_headers = cuts.with_headers};
	size_t at = 0, n = cuts.first_n;

	ck_assert_ptr_nonnull(t.parser);
	do {
		char *piece;

		if (n > bytes.len - at)
			n = bytes.len - at;
		piece = malloc(n ? n : 1);
		memcpy(piece, bytes.ptr + at, n);
		at += feed_piece(&t, piece, n);
		memset(piece, '#', n);
		free(piece);
		n = cuts.piece_n;
	} while (at < bytes.len && !t.is_over);
	if (t.in_body && !t.is_over)
		write_content('?', &t.content, out);
	if (t.is_over && http_parser_head(t.parser) &&
	    http_parser_head(t.parser)->upgrade && at < bytes.len) {
		buf_add_char(out, '+');
		buf_add_str(out, str_skip(bytes, at));
		buf_add_char(out, '\n');
	}
	buf_add_char(out, '\0');
	buf_fini(&t.content);
	http_parser_free(t.parser);
}

void
http_expect(const char *name, const struct http_limits *limits, struct str bytes,
	    bool with_headers, const char *transcript)
{
	struct buf out = BUF_INIT;

	for (size_t cut = 0; cut <= bytes.len; cut++) {
		struct http_cuts cuts = {cut, cut ? bytes.len : 1, with_headers};

		buf_clear(&out);
		http_transcribe(limits, bytes, cuts, &out);
		ck_assert_msg(strcmp(out.data, transcript) == 0,
			      "%s, cut at %zu: expected\n%s, got\n%s", name, cut,
			      transcript, out.data);
	}
	buf_fini(&out);
}
