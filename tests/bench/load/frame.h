/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WebSocket frames as a client writes and reads them (RFC 6455 5.2), whole messages only. */
#ifndef LOAD_FRAME_H
#define LOAD_FRAME_H

#include <stdbool.h>

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
	bool is_packed; /* as agreed on: permessage-deflate */
	char *bytes;
	size_t bytes_n;
};

/* Queue one masked frame. */
void frame_write(struct conn *conn, enum frame_opcode opcode, const char *bytes,
		 size_t bytes_n);

/* Look at the first frame of a server. Returns: bytes it takes, 0 when it is not complete,
 * -1 when it is none that a server may send here (masked, fragmented, too long). */
int64_t frame_read(char *bytes, size_t bytes_n, struct frame_view *frame_out);

/* Unpack the message in place of its bytes, which point to a static buffer then. Returns: false
 * when it is none, or too long. Source: RFC 7692 7.2.2. */
bool frame_unpack(struct frame_view *frame);

#endif
