/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clients with socket.io-msgpack-parser: a packet is one binary message, its bytes inside. It is
 * turned into JSON with attachments beside it, so that nobody above can tell.
 */
#include "base/errors.h"
#include "config/config.h"
#include "hub/client.h"
#include "hub/hub_inside.h"
#include "proto/sio_msgpack.h"

/* Numbers and bytes are longer as JSON than as msgpack; beyond that it is an attack on memory.
 * What one large packet needed is not kept for all the small ones. */
enum { GROWTH = 4, KEPT_BYTES = 64 << 10 };

static void
trim(struct buf *scratch)
{
	if (scratch->cap > KEPT_BYTES || scratch->failed)
		buf_fini(scratch);
}

void
client_read_msgpack(struct client *c, enum frame_kind kind, struct str bytes)
{
	struct hub *h = c->hub;
	struct sio_limits limits = client_limits(c);
	size_t json_bytes = GROWTH * (size_t)client_session(c)->mount->message_bytes;
	struct str *bins = arena_alloc(&h->loop->arena,
				       limits.attachments * sizeof(*bins));
	struct sio_packet p;
	int error = bins ? 0 : -E_NOMEM;

	if (!error && kind == FRAME_TEXT)
		error = -E_PACKET;
	if (!error)
		error = sio_msgpack_parse(bytes, &limits, json_bytes, &h->scratch, bins,
					  &p);
	if (error)
		client_fail(c, error_text(error));
	else
		client_packet(c, &p, bins);
	trim(&h->scratch);
}
