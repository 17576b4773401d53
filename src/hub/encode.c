/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/encode.h"

#include "base/errors.h"
#include "base/spare.h"
#include "dialect/plain.h"
#include "proto/json.h"
#include "proto/sio_msgpack.h"
#include "proto/websocket.h"

#include <stdio.h>

static size_t
frames_size(size_t n)
{
	return sizeof(struct frames) + n * sizeof(struct frame *);
}

static struct frames *
frames_new(size_t n)
{
	struct frames *f = spare_zeros(frames_size(n));

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
	spare_give(f, frames_size(f->n));
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

/* The text before the data is put together on the stack, unless names are long. */
enum { HEAD_BYTES = 512 };

/* head, data and tail as one text frame, then a binary one for each attachment. */
static struct frames *
json_frames(enum wire wire, const struct buf *head, struct str data, struct str tail,
	    const struct event_out *event)
{
	struct frames *f = head->failed ? NULL : frames_new(1 + event->attachments_n);
	char *at;

	if (!f)
		return NULL;
	f->frame[0] = ws_frame_new(WS_TEXT, head->len + data.len + tail.len, &at);
	if (f->frame[0]) {
		str_put(&at, buf_str(head));
		str_put(&at, data);
		str_put(&at, tail);
	}
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
	return wire == WIRE_SIO_MSGPACK4 || wire == WIRE_SIO_MSGPACK3 ||
	       wire == WIRE_SIO_MSGPACK4_OFFSET;
}

/* What stands behind the head: data between start and end, which are a bracket each with, for
 * an event, its name, or nothing. */
struct body {
	struct str start, data, end;
};

static struct frames *
encode_msgpack(enum wire wire, struct sio_packet *p, const struct body *body,
	       const struct event_out *event)
{
	struct buf data = BUF_INIT;
	struct frames *f = NULL;

	buf_add_str(&data, body->start);
	buf_add_str(&data, body->data);
	buf_add_str(&data, body->end);
	p->data = buf_str(&data);
	if (!data.failed)
		f = msgpack_frames(wire, p, event->attachments);
	buf_fini(&data);
	return f;
}

static struct frames *
encode(enum wire wire, struct sio_packet *p, const struct body *body,
       const struct event_out *event)
{
	char room[HEAD_BYTES];
	struct buf head = buf_in(room, sizeof(room));
	struct frames *f;

	p->attachments = (uint32_t)event->attachments_n;
	if (is_msgpack(wire))
		return encode_msgpack(wire, p, body, event);
	buf_add_char(&head, '4');
	sio_packet_head(&head, p->type, p->attachments, p->nsp,
			p->has_id ? &p->id : NULL);
	buf_add_str(&head, body->start);
	f = json_frames(wire, &head, body->data, body->end, event);
	buf_fini(&head);
	return f;
}

/* The one argument of an event; several as an array, which is written to room. */
static struct str
plain_data(struct str args, struct buf *room)
{
	struct json_walk walk = {args.ptr, args.ptr + args.len};
	struct str first, second;

	if (!args.len || !json_next(&walk, &first))
		return (struct str){NULL, 0};
	if (!json_next(&walk, &second))
		return first;
	buf_add_char(room, '[');
	buf_add_str(room, args);
	buf_add_char(room, ']');
	return buf_str(room);
}

static struct frames *
encode_for_dialect(const struct dialect *d, const struct event_out *event)
{
	static const struct event_out no_attachments = {.attachments_n = 0};
	struct words words = {.event = event->name,
			      .room = event->room,
			      .user = event->user,
			      .username = event->sender,
			      .sender = event->sender,
			      .email = event->email,
			      .id = event->id,
			      .data = event->plain_data,
			      .wall_ms = event->wall_ms};
	char memory[HEAD_BYTES];
	struct buf args = BUF_INIT, text = buf_in(memory, sizeof(memory));
	struct frames *f = NULL;

	if (event->plain_name.len)
		words.event = event->plain_name;
	else
		words.data = plain_data(event->args, &args);
	plain_write_event(d, &words, &text);
	if (!args.failed)
		f = json_frames(WIRE_PLAIN, &text, STR(""), STR(""), &no_attachments);
	buf_fini(&args);
	buf_fini(&text);
	return f;
}

static const struct dialect *const plain_dialects[] = {
#define D(name) &dialect_##name,
#include "dialect/dialects.def"
#undef D
};

enum wire
wire_of_dialect(const struct dialect *d)
{
	enum wire wire = WIRE_PLAIN;

	while (plain_dialects[wire - WIRE_PLAIN] != d)
		wire++;
	return wire;
}

const struct dialect *
dialect_of_wire(enum wire wire)
{
	return wire_is_plain(wire) ? plain_dialects[wire - WIRE_PLAIN] : NULL;
}

struct frames *
encode_event(enum wire wire, struct str nsp, const uint64_t *id,
	     const struct event_out *event)
{
	struct sio_packet p = {.type = event->attachments_n ? SIO_BINARY_EVENT
							    : SIO_EVENT,
			       .nsp = nsp,
			       .has_id = id != NULL,
			       .id = id ? *id : 0};
	struct frames *f;
	char room[HEAD_BYTES], end[64] = "]";
	struct buf start = buf_in(room, sizeof(room));

	if (wire_is_plain(wire))
		return encode_for_dialect(plain_dialects[wire - WIRE_PLAIN], event);
	buf_add_char(&start, '[');
	json_quote(&start, event->name);
	if (event->args.len)
		buf_add_char(&start, ',');
	if (event->offset.len &&
	    (wire == WIRE_SIO4_OFFSET || wire == WIRE_SIO_MSGPACK4_OFFSET))
		snprintf(end, sizeof(end), ",\"%.*s\"]", STR_ARG(event->offset));
	f = start.failed
		    ? NULL
		    : encode(wire, &p,
			     &(struct body){buf_str(&start), event->args, str_from(end)},
			     event);
	buf_fini(&start);
	return f;
}

struct frames *
encode_ack(enum wire wire, struct str nsp, uint64_t id, const struct event_out *args)
{
	struct sio_packet p = {.type = args->attachments_n ? SIO_BINARY_ACK : SIO_ACK,
			       .nsp = nsp,
			       .has_id = true,
			       .id = id};

	return encode(wire, &p, &(struct body){STR("["), args->args, STR("]")}, args);
}

struct frames *
encode_plain(enum wire wire, enum sio_type type, struct str nsp, struct str data)
{
	struct sio_packet p = {.type = type, .nsp = nsp};

	return encode(wire, &p, &(struct body){.data = data},
		      &(struct event_out){.attachments_n = 0});
}
