/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers engineio.mjs, socketio.mjs and msgpack.mjs with the codecs of src/proto. */
#include "driver.h"

#include "proto/engineio.h"
#include "proto/sio_msgpack.h"

#include <endian.h>
#include <stdlib.h>

enum { BINS_MAX = 10 };

static const struct sio_limits limits = {{200, 100000}, BINS_MAX, 1000};
static const struct msgpack_limits item_limits = {{200, 100000}, 1 << 24};

/* --- Engine.IO: packets are a type digit, 'b' or 't', length, bytes ------------------------ */

static int
read_payload(int protocol, bool is_binary, char *body, size_t n, struct buf *reply)
{
	struct eio_reader r = eio_reader(protocol, is_binary, body, n);
	struct eio_packet p;
	int rc;

	while ((rc = eio_reader_next(&r, &p)) == 1) {
		uint32_t length = htole32((uint32_t)p.data.len);

		buf_add_char(reply, (char)('0' + p.type));
		buf_add_char(reply, p.is_binary ? 'b' : 't');
		buf_add(reply, &length, sizeof(length));
		buf_add_str(reply, p.data);
	}
	return -rc;
}

/* Protocol digit, '1' for base64, '1' when there are bytes; then 'b' or 't', length, the
 * payload of a frame, as often as there are frames. */
static int
write_payload(struct str in, struct buf *reply)
{
	struct eio_writer w = eio_writer(in.ptr[0] - '0', in.ptr[1] == '1',
					 in.ptr[2] == '1', reply);

	for (in = str_skip(in, 3); in.len;) {
		struct frame *f;
		uint32_t n;

		memcpy(&n, in.ptr + 1, sizeof(n));
		n = le32toh(n);
		f = frame_new(in.ptr[0] == 'b' ? FRAME_BINARY : FRAME_TEXT, 0, n);
		if (!f)
			abort();
		memcpy(f->bytes, in.ptr + 5, n);
		eio_writer_add(&w, f);
		frame_unref(f);
		in = str_skip(in, 5 + n);
	}
	return 0;
}

/* --- Socket.IO and msgpack: answers are JSON ----------------------------------------------- */

static void
add_bins(struct buf *reply, const struct str *bins, uint32_t n)
{
	buf_add_str(reply, STR(",\"bins\":["));
	for (uint32_t i = 0; i < n; i++) {
		buf_add_str(reply, i ? STR(",\"") : STR("\""));
		for (size_t k = 0; k < bins[i].len; k++)
			buf_printf(reply, "%02x", (unsigned char)bins[i].ptr[k]);
		buf_add_char(reply, '"');
	}
	buf_add_char(reply, ']');
}

static void
add_packet(struct buf *reply, const struct sio_packet *p, const struct str *bins)
{
	struct buf text = BUF_INIT;

	sio_packet_head(&text, p->type, p->attachments, p->nsp,
			p->has_id ? &p->id : NULL);
	buf_add_str(&text, p->data);
	buf_printf(reply, "{\"type\":%d,\"attachments\":%u,\"nsp\":", (int)p->type,
		   p->attachments);
	json_quote(reply, p->nsp);
	buf_add_str(reply, STR(",\"text\":"));
	json_quote(reply, buf_str(&text));
	if (p->has_id) {
		buf_add_str(reply, STR(",\"id\":"));
		buf_add_u64(reply, p->id);
	}
	if (p->data.len) {
		buf_add_str(reply, STR(",\"data\":"));
		buf_add_str(reply, p->data);
	}
	if (p->event.len) {
		buf_add_str(reply, STR(",\"event\":"));
		buf_add_str(reply, p->event);
	}
	if (p->event.len || p->args.len) {
		buf_add_str(reply, STR(",\"args\":["));
		buf_add_str(reply, p->args);
		buf_add_char(reply, ']');
	}
	if (bins)
		add_bins(reply, bins, p->attachments);
	buf_add_char(reply, '}');
	buf_fini(&text);
}

static int
parse_text(struct str text, struct buf *reply)
{
	struct sio_packet p;
	int rc = sio_packet_parse(text, &limits, &p);

	if (rc == 0)
		add_packet(reply, &p, NULL);
	return -rc;
}

static int
parse_msgpack(struct str bytes, struct buf *reply)
{
	struct buf json = BUF_INIT;
	struct str bins[BINS_MAX];
	struct sio_packet p;
	int rc = sio_msgpack_parse(bytes, &limits, item_limits.json_bytes, &json, bins,
				   &p);

	if (rc == 0)
		add_packet(reply, &p, bins);
	buf_fini(&json);
	return -rc;
}

static int
decode(struct str bytes, struct buf *reply)
{
	struct msgpack_reader r = msgpack_reader(bytes);
	struct str items[BINS_MAX];
	struct msgpack_bins bins = {.items = items, .max = BINS_MAX};
	int rc;

	buf_add_str(reply, STR("{\"json\":"));
	rc = msgpack_to_json(&r, &item_limits, reply, &bins);
	add_bins(reply, items, bins.n);
	buf_add_char(reply, '}');
	return -rc;
}

/* Placeholders 0 and 1 stand for no byte and for two. */
static int
encode(struct str json, struct buf *reply)
{
	static const struct str bins[] = {{"", 0}, {"\1\xff", 2}};
	int rc = json_check(json, &limits.json, NULL);

	return -(rc ? rc
		    : msgpack_from_json(reply, json, bins, sio_count_placeholders(json)));
}

int
driver_answer(char operation, char *bytes, size_t n, struct buf *reply)
{
	struct str text = {bytes, n};

	switch (operation) {
	case '4':
		return read_payload(4, false, bytes, n, reply);
	case '3':
		return read_payload(3, false, bytes, n, reply);
	case 'b':
		return read_payload(3, true, bytes, n, reply);
	case 'w':
		return write_payload(text, reply);
	case 's':
		return parse_text(text, reply);
	case 'p':
		return parse_msgpack(text, reply);
	case 'm':
		return decode(text, reply);
	case 'j':
		return encode(text, reply);
	default:
		abort();
	}
}
