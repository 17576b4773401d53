/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http_peer.h"

#include <llhttp.h>
#include <stdbool.h>

struct reading {
	struct http_peer peer;
	bool is_complete;
};

uint64_t
http_peer_hash(uint64_t hash, const void *bytes, size_t n)
{
	for (const uint8_t *at = bytes; n > 0; at++, n--)
		hash = (hash ^ *at ^ UINT64_C(0xcbf29ce484222325)) *
		       UINT64_C(0x100000001b3);
	return hash;
}

static int
on_body(llhttp_t *parser, const char *at, size_t n)
{
	struct reading *r = parser->data;

	r->peer.body = http_peer_hash(r->peer.body, at, n);
	return 0;
}

static int
on_message_complete(llhttp_t *parser)
{
	struct reading *r = parser->data;

	r->is_complete = true;
	return 0;
}

struct http_peer
http_peer_read(const uint8_t *bytes, size_t n)
{
	static const llhttp_settings_t settings = {
		.on_body = on_body,
		.on_message_complete = on_message_complete,
	};
	struct reading r = {0};
	llhttp_t parser;

	llhttp_init(&parser, HTTP_REQUEST, &settings);
	parser.data = &r;
	for (size_t i = 0; i < n; i++) {
		enum llhttp_errno error = llhttp_execute(&parser, (const char *)bytes + i,
							 1);

		if (r.is_complete) {
			r.peer.end = i + 1;
			break;
		}
		if (error != HPE_OK)
			break;
	}
	return r.peer;
}
