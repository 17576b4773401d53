/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames of the server: unmasked and never fragmented, so one serves every member of a
 * broadcast. Source: RFC 6455 5.2, 5.5.
 */
#include "proto/websocket.h"

enum { FIN = 0x80, RSV1 = 0x40, REASON_BYTES_MAX = 123 };

size_t
ws_header(enum ws_opcode opcode, bool rsv1, uint64_t len, uint8_t out[WS_HEADER_BYTES])
{
	size_t length_bytes = len > UINT16_MAX ? 8 : len > 125 ? 2 : 0;

	out[0] = (uint8_t)(FIN | (rsv1 ? RSV1 : 0) | opcode);
	if (length_bytes == 0) {
		out[1] = (uint8_t)len;
		return 2;
	}
	out[1] = length_bytes == 8 ? 127 : 126;
	for (size_t i = length_bytes; i > 0; i--, len >>= 8)
		out[1 + i] = (uint8_t)len;
	return 2 + length_bytes;
}

struct frame *
ws_frame_new(enum ws_opcode opcode, size_t n, char **payload_out)
{
	enum frame_kind kind = opcode == WS_TEXT     ? FRAME_TEXT
			       : opcode == WS_BINARY ? FRAME_BINARY
						     : FRAME_CONTROL;
	uint8_t header[WS_HEADER_BYTES];
	size_t header_bytes = ws_header(opcode, false, n, header);
	struct frame *f = frame_new(kind, header_bytes, n);

	if (!f)
		return NULL;
	memcpy(f->bytes, header, header_bytes);
	*payload_out = f->bytes + header_bytes;
	return f;
}

struct frame *
ws_frame_of(enum ws_opcode opcode, struct str payload)
{
	char *to;
	struct frame *f = ws_frame_new(opcode, payload.len, &to);

	if (f && payload.len)
		memcpy(to, payload.ptr, payload.len);
	return f;
}

struct frame *
ws_frame_close(int code, struct str reason)
{
	struct frame *f;
	char *payload;

	if (code == 1005)
		return ws_frame_of(WS_CLOSE, STR(""));
	if (reason.len > REASON_BYTES_MAX) {
		reason.len = REASON_BYTES_MAX;
		while (reason.len && (reason.ptr[reason.len] & 0xC0) == 0x80)
			reason.len--;
	}
	f = ws_frame_new(WS_CLOSE, 2 + reason.len, &payload);
	if (!f)
		return NULL;
	payload[0] = (char)(code >> 8);
	payload[1] = (char)code;
	if (reason.len)
		memcpy(payload + 2, reason.ptr, reason.len);
	return f;
}
