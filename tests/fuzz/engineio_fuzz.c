/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine.IO payloads: the first byte chooses protocol and framing, the rest is a body. What
 * was read is written again and must read back the same. */
#include "target.h"

#include "proto/engineio.h"

#include <stdlib.h>

enum { PACKETS_MAX = 64 };

struct packets {
	uint32_t n;
	struct frame *frames[PACKETS_MAX];
	bool has_binary;
};

static void
keep(struct packets *all, const struct eio_packet *p)
{
	struct frame *f = frame_new(p->is_binary ? FRAME_BINARY : FRAME_TEXT, 0,
				    1 + p->data.len);

	if (!f)
		abort();
	f->bytes[0] = (char)(p->is_binary ? EIO_MESSAGE : '0' + p->type);
	if (p->data.len)
		memcpy(f->bytes + 1, p->data.ptr, p->data.len);
	all->frames[all->n++] = f;
	all->has_binary |= p->is_binary;
}

/* 0, or the error that ended the payload. */
static int
read_all(int protocol, bool is_binary, char *body, size_t n, struct packets *out)
{
	struct eio_reader r = eio_reader(protocol, is_binary, body, n);
	struct eio_packet p;
	int rc = 0;

	*out = (struct packets){0};
	while (out->n < PACKETS_MAX && (rc = eio_reader_next(&r, &p)) == 1)
		keep(out, &p);
	return rc < 0 ? rc : 0;
}

static void
forget(struct packets *all)
{
	for (uint32_t i = 0; i < all->n; i++)
		frame_unref(all->frames[i]);
}

static void
check_same(const struct packets *a, const struct packets *b)
{
	if (a->n != b->n)
		abort();
	for (uint32_t i = 0; i < a->n; i++)
		if (a->frames[i]->kind != b->frames[i]->kind ||
		    !str_eq(frame_payload(a->frames[i]), frame_payload(b->frames[i])))
			abort();
}

static void
check_written(int protocol, bool base64, const struct packets *packets)
{
	struct buf payload = BUF_INIT;
	struct eio_writer w = eio_writer(protocol, base64, packets->has_binary, &payload);
	struct packets again;

	for (uint32_t i = 0; i < packets->n; i++) {
		/* bytes have a type in protocol 3 only: else it is no part of the payload */
		packets->frames[i]->head = protocol == 4 &&
					   packets->frames[i]->kind == FRAME_BINARY;
		eio_writer_add(&w, packets->frames[i]);
	}
	if (payload.failed || w.packets_n != packets->n)
		abort();
	if (read_all(protocol, w.binary, payload.data, payload.len, &again) < 0)
		abort();
	for (uint32_t i = 0; i < packets->n; i++)
		packets->frames[i]->head = 0;
	check_same(packets, &again);
	forget(&again);
	buf_fini(&payload);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packets packets;
	char *body;
	int protocol;
	bool is_binary;

	if (size == 0)
		return 0;
	protocol = data[0] & 1 ? 3 : 4;
	is_binary = protocol == 3 && data[0] & 2;
	body = malloc(size);
	if (!body)
		return 0;
	memcpy(body, data + 1, size - 1);
	read_all(protocol, is_binary, body, size - 1, &packets);
	if (packets.n > 0) {
		/* Two packets joined by a separator are not what a text with one in it was. */
		check_written(3, false, &packets);
		check_written(3, true, &packets);
		if (protocol == 4)
			check_written(4, false, &packets);
	}
	forget(&packets);
	free(body);
	return 0;
}
