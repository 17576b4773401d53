/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames of clients, sliced as they come, and frames for clients, whole. A header, and a
 * control frame with it, is taken only when all of it is there: until then it stays the
 * caller's, so nothing is unmasked twice.
 */
#include "proto/websocket.h"

#include "base/errors.h"

enum {
	FIN = 0x80,
	RSV1 = 0x40,
	RSV2_RSV3 = 0x30,
	OPCODE = 0x0F,
	MASKED = 0x80,
	LENGTH = 0x7F,
	LENGTH_16 = 126,
	LENGTH_64 = 127,
	MASK_BYTES = 4,
	CONTROL_BYTES_MAX = 125,
	CLOSE_CODE_BYTES = 2,
};

struct header {
	size_t bytes; /* of the header itself */
	uint64_t len;
	uint32_t mask; /* as in memory */
	uint8_t opcode;
	bool fin, rsv1;
};

static bool
is_control(unsigned opcode)
{
	return opcode >= WS_CLOSE;
}

/* What the first two bytes alone can tell. Source: RFC 6455 5.2, 5.4, 5.5; RFC 7692 6. */
static int
check_start(const struct ws_parser *p, const struct ws_limits *limits,
	    const uint8_t bytes[2])
{
	unsigned opcode = bytes[0] & OPCODE;
	bool is_first = opcode == WS_TEXT || opcode == WS_BINARY;

	if (bytes[0] & RSV2_RSV3 || !(bytes[1] & MASKED))
		return -E_WS_PROTOCOL;
	if (bytes[0] & RSV1 && !(is_first && limits->deflate))
		return -E_WS_PROTOCOL;
	switch (opcode) {
	case WS_TEXT:
	case WS_BINARY:
		return p->opcode ? -E_WS_PROTOCOL : 0;
	case WS_CONTINUATION:
		return p->opcode ? 0 : -E_WS_PROTOCOL;
	case WS_CLOSE:
		if ((bytes[1] & LENGTH) == 1)
			return -E_WS_PROTOCOL;
		/* fall through */
	case WS_PING:
	case WS_PONG:
		if (!(bytes[0] & FIN) || (bytes[1] & LENGTH) > CONTROL_BYTES_MAX)
			return -E_WS_PROTOCOL;
		return 0;
	default:
		return -E_WS_PROTOCOL;
	}
}

/* 1: whole, 0: more bytes are needed. The length must be in its shortest form and below
 * 2^63. Source: RFC 6455 5.2. */
static int
read_header(const struct ws_parser *p, const struct ws_limits *limits,
	    const uint8_t *bytes, size_t n, struct header *out)
{
	size_t length_bytes;
	int error;

	if (n < 2)
		return 0;
	error = check_start(p, limits, bytes);
	if (error)
		return error;
	out->fin = bytes[0] & FIN;
	out->rsv1 = bytes[0] & RSV1;
	out->opcode = bytes[0] & OPCODE;
	out->len = bytes[1] & LENGTH;
	length_bytes = out->len == LENGTH_64 ? 8 : out->len == LENGTH_16 ? 2 : 0;
	out->bytes = 2 + length_bytes + MASK_BYTES;
	if (n < out->bytes)
		return 0;
	if (length_bytes) {
		out->len = 0;
		for (size_t i = 0; i < length_bytes; i++)
			out->len = out->len << 8 | bytes[2 + i];
		if (out->len <= (length_bytes == 2 ? CONTROL_BYTES_MAX : UINT16_MAX) ||
		    out->len > INT64_MAX)
			return -E_WS_PROTOCOL;
	}
	memcpy(&out->mask, bytes + 2 + length_bytes, MASK_BYTES);
	return 1;
}

/* The mask as four bytes of memory, turned so that the byte numbered phase comes first. */
static uint32_t
turn_mask(uint32_t mask, unsigned phase)
{
	uint8_t bytes[2 * MASK_BYTES];

	memcpy(bytes, &mask, MASK_BYTES);
	memcpy(bytes + MASK_BYTES, &mask, MASK_BYTES);
	memcpy(&mask, bytes + phase, MASK_BYTES);
	return mask;
}

/* Words of memory are unmasked without regard to byte order: the mask is laid out alike.
 * Source: RFC 6455 5.3. */
static void
unmask(char *bytes, size_t n, uint32_t mask)
{
	uint64_t mask64 = (uint64_t)mask << 32 | mask, words[4];

	for (; n >= sizeof(words); bytes += sizeof(words), n -= sizeof(words)) {
		memcpy(words, bytes, sizeof(words));
		words[0] ^= mask64;
		words[1] ^= mask64;
		words[2] ^= mask64;
		words[3] ^= mask64;
		memcpy(bytes, words, sizeof(words));
	}
	for (; n >= sizeof(mask); bytes += sizeof(mask), n -= sizeof(mask)) {
		uint32_t word;

		memcpy(&word, bytes, sizeof(word));
		word ^= mask;
		memcpy(bytes, &word, sizeof(word));
	}
	for (size_t i = 0; i < n; i++)
		bytes[i] ^= ((const char *)&mask)[i];
}

/* Codes that may stand in a close frame: those of RFC 6455 7.4.1 and the registered 1012,
 * 1013, 1014; what libraries (3xxx) and applications (4xxx) define. */
static bool
is_close_code(int code)
{
	if (code >= 1000 && code <= 1014)
		return code < 1004 || code > 1006;
	return code >= 3000 && code <= 4999;
}

int
ws_close_code(struct str payload)
{
	const uint8_t *bytes = (const uint8_t *)payload.ptr;

	return payload.len < CLOSE_CODE_BYTES ? 1005 : bytes[0] << 8 | bytes[1];
}

static int
check_close(struct str payload)
{
	if (payload.len == 0)
		return 0;
	if (payload.len < CLOSE_CODE_BYTES || !is_close_code(ws_close_code(payload)))
		return -E_WS_PROTOCOL;
	return utf8_is_valid(str_skip(payload, CLOSE_CODE_BYTES)) ? 0 : -E_UTF8;
}

/* Returns the bytes used: the whole frame or nothing. */
static long
take_control(const struct header *h, char *bytes, size_t n, struct ws_slice *out)
{
	size_t len = (size_t)h->len;
	int error = 0;

	if (n - h->bytes < len)
		return 0;
	out->event = WS_EVENT_CONTROL;
	out->opcode = h->opcode;
	out->data = bytes + h->bytes;
	out->len = len;
	unmask(out->data, len, h->mask);
	if (h->opcode == WS_CLOSE)
		error = check_close((struct str){out->data, len});
	return error ? error : (long)(h->bytes + len);
}

/* Count a data frame against the limits before any of its payload is looked at. */
static int
start_frame(struct ws_parser *p, const struct ws_limits *limits, const struct header *h)
{
	if (h->len > limits->message_bytes ||
	    p->message_bytes > limits->message_bytes - h->len)
		return -E_TOO_LARGE;
	if (p->fragments_n >= limits->fragments_n)
		return -E_PACKETS;
	p->message_bytes += h->len;
	p->fragments_n++;
	if (h->opcode != WS_CONTINUATION) {
		p->opcode = h->opcode;
		p->deflated = h->rsv1;
	}
	p->frame_left = h->len;
	p->mask = h->mask;
	p->mask_at = 0;
	p->fin = h->fin;
	p->in_frame = true;
	return 0;
}

/* What is there of the frame under way, perhaps nothing of an empty one. */
static int
take_data(struct ws_parser *p, char *bytes, size_t n, struct ws_slice *out)
{
	size_t len = n < p->frame_left ? n : (size_t)p->frame_left;

	out->event = WS_EVENT_DATA;
	out->opcode = p->opcode;
	out->data = bytes;
	out->len = len;
	out->is_first = !p->started;
	out->deflated = p->deflated;
	unmask(bytes, len, turn_mask(p->mask, p->mask_at));
	p->mask_at = (uint8_t)((p->mask_at + len) % MASK_BYTES);
	p->frame_left -= len;
	p->in_frame = p->frame_left > 0;
	p->started = true;
	out->is_last = p->fin && !p->in_frame;
	if (p->opcode == WS_TEXT && !p->deflated) {
		if (utf8_feed(&p->utf8, bytes, len) < 0)
			return -E_UTF8;
		if (out->is_last && !utf8_is_complete(&p->utf8))
			return -E_UTF8;
	}
	if (out->is_last)
		*p = (struct ws_parser){0};
	return 0;
}

long
ws_parser_feed(struct ws_parser *p, const struct ws_limits *limits, char *bytes, size_t n,
	       struct ws_slice *out)
{
	struct header h = {0};
	int result;

	*out = (struct ws_slice){.event = WS_EVENT_MORE};
	if (!p->in_frame) {
		result = read_header(p, limits, (const uint8_t *)bytes, n, &h);
		if (result <= 0)
			return result;
		if (is_control(h.opcode))
			return take_control(&h, bytes, n, out);
		result = start_frame(p, limits, &h);
		if (result < 0)
			return result;
	}
	if (n == h.bytes && p->frame_left)
		return (long)n;
	result = take_data(p, bytes + h.bytes, n - h.bytes, out);
	return result < 0 ? result : (long)(h.bytes + out->len);
}
