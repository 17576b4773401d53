/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/encode.h"

#include "base/errors.h"
#include "proto/json.h"
#include "proto/sio_msgpack.h"
#include "proto/websocket.h"

#include <stdlib.h>

static struct frames *
frames_new(size_t n)
{
	struct frames *f = calloc(1, sizeof(*f) + n * sizeof(f->frame[0]));

	if (f)
		f->n = n;
	return f;
}

void
frames_free(struct frames *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		frame_unref(f->frame[i]);
	free(f);
}

static struct frame *
binary_frame(enum wire wire, struct str bytes)
{
	bool has_type = wire == WIRE_SIO3 || wire == WIRE_SIO_MSGPACK3;
	char *payload;
	struct frame *f = ws_frame_new(WS_BINARY, bytes.len + has_type, &payload);

	if (!f)
		return NULL;
	if (has_type)
		*payload++ = 4;
	if (bytes.len)
		memcpy(payload, bytes.ptr, bytes.len);
	return f;
}

/* One text frame, then a binary one for each attachment. */
static struct frames *
json_frames(enum wire wire, const struct buf *text, const struct event_out *event)
{
	struct frames *f = text->failed ? NULL : frames_new(1 + event->attachments_n);

	if (!f)
		return NULL;
	f->frame[0] = ws_frame_of(WS_TEXT, buf_str(text));
	for (size_t i = 0; i < event->attachments_n; i++)
		f->frame[1 + i] = binary_frame(wire, event->attachments[i]);
	for (size_t i = 0; i < f->n; i++) {
		if (!f->frame[i]) {
			frames_free(f);
			return NULL;
		}
		f->frame[i]->more_follows = i + 1 < f->n;
	}
	return f;
}

static struct frames *
msgpack_frames(enum wire wire, const struct sio_packet *p, const struct str *bins)
{
	struct buf bytes = BUF_INIT;
	struct frames *f = frames_new(1);

	if (f && !sio_msgpack_write(&bytes, p, bins) && !bytes.failed)
		f->frame[0] = binary_frame(wire, buf_str(&bytes));
	buf_fini(&bytes);
	if (f && f->frame[0])
		return f;
	frames_free(f);
	return NULL;
}

static bool
is_msgpack(enum wire wire)
{
	return wire == WIRE_SIO_MSGPACK4 || wire == WIRE_SIO_MSGPACK3;
}

/* data is what stands behind the head, brackets included. */
static struct frames *
encode(enum wire wire, enum sio_type type, struct str nsp, const uint64_t *id, struct str data,
       const struct event_out *event)
{
	struct buf text = BUF_INIT;
	struct frames *f;

	if (is_msgpack(wire)) {
		struct sio_packet p = {.type = type,
				       .attachments = (uint32_t)event->attachments_n,
				       .nsp = nsp,
				       .has_id = id != NULL,
				       .id = id ? *id : 0,
				       .data = data};

		return msgpack_frames(wire, &p, event->attachments);
	}
	buf_add_char(&text, '4');
	sio_packet_head(&text, type, (uint32_t)event->attachments_n, nsp, id);
	buf_add_str(&text, data);
	f = json_frames(wire, &text, event);
	buf_fini(&text);
	return f;
}

struct frames *
encode_event(enum wire wire, struct str nsp, const uint64_t *id, const struct event_out *event)
{
	struct buf data = BUF_INIT;
	struct frames *f = NULL;

	buf_add_char(&data, '[');
	json_quote(&data, event->name);
	if (event->args.len)
		buf_add_char(&data, ',');
	buf_add_str(&data, event->args);
	buf_add_char(&data, ']');
	if (!data.failed)
		f = encode(wire, event->attachments_n ? SIO_BINARY_EVENT : SIO_EVENT, nsp, id,
			   buf_str(&data), event);
	buf_fini(&data);
	return f;
}

struct frames *
encode_ack(enum wire wire, struct str nsp, uint64_t id, const struct event_out *args)
{
	struct buf data = BUF_INIT;
	struct frames *f = NULL;

	buf_add_char(&data, '[');
	buf_add_str(&data, args->args);
	buf_add_char(&data, ']');
	if (!data.failed)
		f = encode(wire, args->attachments_n ? SIO_BINARY_ACK : SIO_ACK, nsp, &id,
			   buf_str(&data), args);
	buf_fini(&data);
	return f;
}

struct frames *
encode_plain(enum wire wire, enum sio_type type, struct str nsp, struct str data)
{
	return encode(wire, type, nsp, NULL, data, &(struct event_out){.attachments_n = 0});
}
