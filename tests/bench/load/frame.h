/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WebSocket frames as a client writes and reads them (RFC 6455 5.2), whole messages only. */
#ifndef LOAD_FRAME_H
#define LOAD_FRAME_H

#include "conn.h"

enum frame_opcode {
	FRAME_TEXT = 1,
	FRAME_BINARY = 2,
	FRAME_CLOSE = 8,
	FRAME_PING = 9,
	FRAME_PONG = 10
};

struct frame_view {
	enum frame_opcode opcode;
	char *bytes;
	size_t bytes_n;
};

/* Queue one masked frame. */
void frame_write(struct conn *conn, enum frame_opcode opcode, const char *bytes,
		 size_t bytes_n);

/* Look at the first frame of a server. Returns: bytes it takes, 0 when it is not complete,
 * -1 when it is none that a server may send here (masked, fragmented, compressed, too long). */
int64_t frame_read(char *bytes, size_t bytes_n, struct frame_view *frame_out);

#endif
