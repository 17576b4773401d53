/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WebSocket frames of a client: see frame.h. */
#include "frame.h"

#include <string.h>
#include <zlib.h>

#define FIN 0x80
#define PACKED 0x40
#define WINDOW_BITS 15
#define MASKED 0x80

void
frame_write(struct conn *conn, enum frame_opcode opcode, const char *bytes,
	    size_t bytes_n)
{
	static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
	size_t head_n = bytes_n < 126 ? 6 : 8;
	unsigned char *out = (unsigned char *)conn_reserve(conn, head_n + bytes_n);

	/* Payloads end at 65,535 bytes with what surrounds them. */
	out[0] = (unsigned char)(FIN | opcode);
	if (bytes_n < 126) {
		out[1] = (unsigned char)(MASKED | bytes_n);
	} else {
		out[1] = MASKED | 126;
		out[2] = (unsigned char)(bytes_n >> 8);
		out[3] = (unsigned char)bytes_n;
	}
	memcpy(out + head_n - 4, mask, 4);
	for (size_t i = 0; i < bytes_n; i++)
		out[head_n + i] = (unsigned char)bytes[i] ^ mask[i & 3];
}

int64_t
frame_read(char *bytes, size_t bytes_n, struct frame_view *frame_out)
{
	const unsigned char *in = (const unsigned char *)bytes;
	size_t head_n = 2, length;

	if (bytes_n < 2)
		return 0;
	if ((in[0] & 0xf0 & ~PACKED) != FIN || (in[0] & 0x0f) == 0 || (in[1] & MASKED))
		return -1;
	length = in[1];
	if (length == 126) {
		head_n = 4;
		if (bytes_n < head_n)
			return 0;
		length = (size_t)in[2] << 8 | in[3];
	} else if (length == 127) {
		head_n = 10;
		if (bytes_n < head_n)
			return 0;
		length = 0;
		for (int i = 2; i < 10; i++)
			length = length << 8 | in[i];
		if (length > CONN_MESSAGE_MAX)
			return -1;
	}
	if (head_n + length > CONN_MESSAGE_MAX)
		return -1;
	if (bytes_n < head_n + length)
		return 0;
	frame_out->opcode = in[0] & 0x0f;
	frame_out->is_packed = in[0] & PACKED;
	frame_out->bytes = bytes + head_n;
	frame_out->bytes_n = length;
	return (int64_t)(head_n + length);
}

bool
frame_unpack(struct frame_view *frame)
{
	static const unsigned char tail[] = {0x00, 0x00, 0xff, 0xff};
	static char text[CONN_MESSAGE_MAX + 1];
	static z_stream z;
	int result = z.state ? inflateReset(&z) : inflateInit2(&z, -WINDOW_BITS);

	z.next_in = (Bytef *)frame->bytes;
	z.avail_in = (uInt)frame->bytes_n;
	z.next_out = (Bytef *)text;
	z.avail_out = CONN_MESSAGE_MAX;
	if (result == Z_OK)
		result = inflate(&z, Z_SYNC_FLUSH);
	z.next_in = (Bytef *)(uintptr_t)tail;
	z.avail_in = sizeof(tail);
	if (result == Z_OK)
		result = inflate(&z, Z_SYNC_FLUSH);
	if (result != Z_OK || z.avail_out == 0)
		return false;
	frame->bytes = text;
	frame->bytes_n = CONN_MESSAGE_MAX - z.avail_out;
	text[frame->bytes_n] = '\0';
	return true;
}
