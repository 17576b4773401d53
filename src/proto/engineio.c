/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/engineio.h"
#include "base/errors.h"
#include "proto/base64.h"
#include "proto/utf8.h"

enum {
	EIO_SEPARATOR = 0x1e,   /* between the packets of a payload, protocol 4 */
	EIO_LENGTH_DIGITS = 10, /* most that a length may have, protocol 3 */
	EIO_LENGTH_END = 0xff   /* after the digits of a binary length, protocol 3 */
};

static int
parse_base64(int protocol, char *text, size_t n, struct eio_packet *out)
{
	size_t head = protocol == 3 ? 2 : 1, bytes_n;
	int rc;

	if (protocol == 3 && (n < head || text[1] != '0' + EIO_MESSAGE))
		return -E_PACKET;
	text += head;
	rc = base64_decode((struct str){text, n - head}, text, &bytes_n);
	if (rc < 0)
		return rc;
	*out = (struct eio_packet){EIO_MESSAGE, true, {text, bytes_n}};
	return 0;
}

int
eio_packet_parse(int protocol, char *text, size_t n, struct eio_packet *out)
{
	if (n == 0)
		return -E_PACKET;
	if (text[0] == 'b')
		return parse_base64(protocol, text, n, out);
	if (text[0] < '0' + EIO_OPEN || text[0] > '0' + EIO_NOOP)
		return -E_PACKET;
	*out = (struct eio_packet){
		(enum eio_type)(text[0] - '0'), false, {text + 1, n - 1}};
	return 0;
}

int
eio_packet_parse_binary(int protocol, struct str bytes, struct eio_packet *out)
{
	if (protocol == 3) {
		if (bytes.len == 0 || bytes.ptr[0] != EIO_MESSAGE)
			return -E_PACKET;
		bytes = str_skip(bytes, 1);
	}
	*out = (struct eio_packet){EIO_MESSAGE, true, bytes};
	return 0;
}

struct eio_reader
eio_reader(int protocol, bool is_binary, char *body, size_t n)
{
	return (struct eio_reader){body, n ? body + n : body, protocol, is_binary, false};
}

static int
parse_text(int protocol, char *text, size_t n, struct eio_packet *out)
{
	int rc;

	if (!utf8_is_valid((struct str){text, n}))
		return -E_UTF8;
	rc = eio_packet_parse(protocol, text, n, out);
	return rc < 0 ? rc : 1;
}

static int
next_v4(struct eio_reader *r, struct eio_packet *out)
{
	char *text = r->at, *separator = NULL;
	int rc;

	/* A separator promises a packet behind it, so only NULL means that none is left. */
	if (r->started && !text)
		return 0;
	r->started = true;
	if (text != r->end)
		separator = memchr(text, EIO_SEPARATOR, (size_t)(r->end - text));
	r->at = separator ? separator + 1 : NULL;
	if (!separator)
		separator = r->end;
	rc = parse_text(4, text, (size_t)(separator - text), out);
	if (rc < 0)
		r->at = NULL;
	return rc;
}

/* The end of so many UTF-16 units, NULL when the text is shorter or the cut would fall into a
 * surrogate pair. What is not UTF-8 is found by the caller's check of the slice. */
static char *
skip_units(char *at, const char *end, uint64_t units)
{
	while (units >= 8 && end - at >= 8) {
		uint64_t word;

		memcpy(&word, at, sizeof(word));
		if (word & 0x8080808080808080)
			break;
		at += 8;
		units -= 8;
	}
	while (units > 0 && at < end) {
		unsigned char lead = (unsigned char)*at++;

		if (lead >= 0xf0 && units == 1)
			return NULL;
		units -= lead >= 0xf0 ? 2 : 1;
		while (at < end && ((unsigned char)*at & 0xc0) == 0x80)
			at++;
	}
	return units == 0 ? at : NULL;
}

/* The length before a packet of protocol 3: ASCII digits and ':', or bare digits and 0xff. */
static int
read_length(struct eio_reader *r, uint64_t *out)
{
	unsigned char zero = r->is_binary ? 0 : '0',
		      stop = r->is_binary ? EIO_LENGTH_END : ':';
	const char *start = r->at;
	uint64_t n = 0;

	while (r->at < r->end && r->at - start <= EIO_LENGTH_DIGITS) {
		unsigned char c = (unsigned char)*r->at++;

		if (c == stop) {
			*out = n;
			return r->at - start > 1 ? 0 : -E_PACKET;
		}
		if (c < zero || c > zero + 9)
			return -E_PACKET;
		n = n * 10 + (c - zero);
	}
	return -E_PACKET;
}

static int
next_v3_text(struct eio_reader *r, struct eio_packet *out)
{
	uint64_t units = 0;

	while (units == 0) { /* "0:" holds nothing and is passed over */
		char *text;

		if (r->at == r->end)
			return 0;
		if (read_length(r, &units) < 0)
			return -E_PACKET;
		text = r->at;
		r->at = skip_units(text, r->end, units);
		if (!r->at)
			return -E_PACKET;
		if (units > 0)
			return parse_text(3, text, (size_t)(r->at - text), out);
	}
	return 0;
}

static int
next_v3_binary(struct eio_reader *r, struct eio_packet *out)
{
	uint64_t n;
	char kind, *bytes;
	int rc;

	if (r->at == r->end)
		return 0;
	kind = *r->at++;
	if (kind != 0 && kind != 1)
		return -E_PACKET;
	if (read_length(r, &n) < 0 || n > (uint64_t)(r->end - r->at))
		return -E_PACKET;
	bytes = r->at;
	r->at += n;
	if (kind == 0)
		return parse_text(3, bytes, n, out);
	rc = eio_packet_parse_binary(3, (struct str){bytes, n}, out);
	return rc < 0 ? rc : 1;
}

int
eio_reader_next(struct eio_reader *r, struct eio_packet *out)
{
	int rc;

	if (r->protocol == 4)
		return next_v4(r, out);
	if (!r->started && r->at == r->end)
		rc = -E_PACKET;
	else
		rc = r->is_binary ? next_v3_binary(r, out) : next_v3_text(r, out);
	r->started = true;
	if (rc < 0)
		r->at = r->end;
	return rc;
}

struct eio_writer
eio_writer(int protocol, bool base64, bool has_binary, struct buf *out)
{
	bool binary = protocol == 3 && has_binary && !base64;

	return (struct eio_writer){out, protocol, base64, binary, 0};
}

void
eio_write_base64(struct buf *out, int protocol, struct str bytes)
{
	char *to;

	buf_add_str(out, protocol == 3 ? STR("b4") : STR("b"));
	to = buf_reserve(out, BASE64_LEN(bytes.len));
	if (to)
		out->len += base64_encode(bytes.ptr, bytes.len, to);
}

static void
add_v4(struct eio_writer *w, struct str packet, bool is_binary)
{
	if (w->packets_n > 0)
		buf_add_char(w->out, EIO_SEPARATOR);
	if (is_binary)
		eio_write_base64(w->out, 4, packet);
	else
		buf_add_str(w->out, packet);
}

static void
add_v3_text(struct eio_writer *w, struct str packet, bool is_binary)
{
	struct str bytes = str_skip(packet, is_binary); /* without their type */

	buf_add_u64(w->out,
		    is_binary ? 2 + BASE64_LEN(bytes.len) : utf8_utf16_units(packet));
	buf_add_char(w->out, ':');
	if (is_binary)
		eio_write_base64(w->out, 3, bytes);
	else
		buf_add_str(w->out, packet);
}

static void
add_v3_binary(struct eio_writer *w, struct str packet, bool is_binary)
{
	size_t first;

	buf_add_char(w->out, is_binary);
	first = w->out->len;
	buf_add_u64(w->out, packet.len);
	for (size_t i = first; i < w->out->len; i++)
		w->out->data[i] -= '0';
	buf_add_char(w->out, (char)EIO_LENGTH_END);
	buf_add_str(w->out, packet);
}

static bool
is_message(const struct frame *f)
{
	return f->kind == FRAME_TEXT || f->kind == FRAME_BINARY;
}

void
eio_writer_add(struct eio_writer *w, const struct frame *f)
{
	bool is_binary = f->kind == FRAME_BINARY;

	if (!is_message(f))
		return;
	if (w->protocol == 4)
		add_v4(w, frame_payload(f), is_binary);
	else if (w->binary)
		add_v3_binary(w, frame_payload(f), is_binary);
	else
		add_v3_text(w, frame_payload(f), is_binary);
	w->packets_n++;
}

void
eio_write_open(struct buf *out, const struct eio_open *o)
{
	buf_reserve(out, 192);
	buf_add_str(out, STR("0{\"sid\":\""));
	buf_add_str(out, o->sid);
	buf_add_str(out, o->can_upgrade ? STR("\",\"upgrades\":[\"websocket\"]")
					: STR("\",\"upgrades\":[]"));
	buf_add_str(out, STR(",\"pingInterval\":"));
	buf_add_u64(out, o->ping_interval_ms);
	buf_add_str(out, STR(",\"pingTimeout\":"));
	buf_add_u64(out, o->ping_timeout_ms);
	buf_add_str(out, STR(",\"maxPayload\":"));
	buf_add_u64(out, o->payload_bytes);
	buf_add_char(out, '}');
}
