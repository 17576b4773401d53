/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests in a row: the outcome must not depend on where the bytes were cut, and whatever
 * message is accepted must end at the same byte, with the same body, for llhttp alone, which
 * cuts its head into the same slices. */
#include "base/errors.h"
#include "http_peer.h"
#include "target.h"
#include "proto/http.h"
#include "unit/proto/http_agreement.h"

#include <stdlib.h>

struct outcome {
	uint64_t events; /* hash of all that was seen */
	uint64_t body;   /* of the first message */
	size_t end;      /* of the first message, 0 if that was not complete */
	bool is_over;
};

static void
add_str(struct outcome *o, struct str s)
{
	o->events = http_peer_hash(o->events, s.ptr, s.len);
	o->events = http_peer_hash(o->events, &s.len, sizeof(s.len));
}

static void
add_number(struct outcome *o, long number)
{
	o->events = http_peer_hash(o->events, &number, sizeof(number));
}

static void
add_head(struct outcome *o, const struct http_head *h)
{
	add_str(o, h->method_text);
	add_str(o, h->target);
	add_str(o, h->uri.path);
	add_str(o, h->uri.query);
	add_str(o, h->host);
	add_number(o, h->method);
	add_number(o, h->minor | h->has_body << 1 | h->keep_alive << 2 | h->upgrade << 3 |
			      h->expect_continue << 4);
	for (size_t i = 0; i < h->headers_n; i++) {
		add_str(o, h->headers[i].name);
		add_str(o, h->headers[i].value);
	}
	if (h->minor == 1 && h->host.len == 0)
		abort();
	if (!http_agreement(h))
		abort();
}

/* Feed one piece that starts at offset. */
static void
feed(struct http_parser *p, const char *bytes, size_t n, size_t offset, struct outcome *o)
{
	enum http_event event = HTTP_HEAD_DONE;
	size_t at = 0;

	while (event != HTTP_MORE && !o->is_over) {
		struct str body;
		long used = http_parser_feed(p, bytes + at, n - at, &event, &body);

		if (used < 0) {
			add_number(o, used);
			o->is_over = true;
			break;
		}
		if ((size_t)used > n - at ||
		    (event == HTTP_MORE && (size_t)used != n - at))
			abort();
		at += (size_t)used;
		if (event == HTTP_HEAD_DONE)
			add_head(o, http_parser_head(p));
		if (event == HTTP_BODY) {
			o->events = http_peer_hash(o->events, body.ptr, body.len);
			if (o->end == 0)
				o->body = http_peer_hash(o->body, body.ptr, body.len);
		}
		if (event == HTTP_DONE) {
			add_number(o, 'D');
			if (o->end == 0)
				o->end = offset + at;
			o->is_over = http_parser_head(p)->upgrade;
			http_parser_next(p);
		}
	}
}

/* Feed in pieces: the first of first_n bytes, the others of piece_n. */
static struct outcome
read_pieces(const uint8_t *data, size_t size, size_t first_n, size_t piece_n)
{
	static const struct http_limits limits = {1024, 256, 16, 512};
	struct http_parser *p = http_parser_new(&limits);
	struct outcome o = {0};
	size_t n = first_n;

	if (!p)
		abort();
	for (size_t at = 0; at < size && !o.is_over; at += n, n = piece_n) {
		char *piece;

		if (n > size - at)
			n = size - at;
		piece = malloc(n ? n : 1);
		if (!piece)
			abort();
		memcpy(piece, data + at, n);
		feed(p, piece, n, at, &o);
		free(piece);
	}
	http_parser_free(p);
	return o;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole = read_pieces(data, size, size, size);
	size_t somewhere = size ? (size_t)(http_peer_hash(0, data, size) % size) : 0;
	struct outcome others[] = {
		read_pieces(data, size, 1, 1),
		read_pieces(data, size, somewhere, size),
		read_pieces(data, size, size - somewhere, somewhere / 3 + 1),
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].events != whole.events || others[i].end != whole.end)
			abort();
	if (whole.end > 0) {
		struct http_peer peer = http_peer_read(data, size);

		if (peer.end != whole.end || peer.body != whole.body)
			abort();
	}
	return 0;
}
