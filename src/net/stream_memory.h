/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream whose peer is a test: bytes put in, bytes looked at. Same ops, no descriptor. */
#ifndef NET_STREAM_MEMORY_H
#define NET_STREAM_MEMORY_H

#include "base/buf.h"
#include "net/stream.h"

struct stream_memory {
	struct stream *stream; /* NULL once closed */
	struct buf to_server, to_client;
	size_t window_bytes; /* how much to_client may hold before writes find no room */
	bool client_closed, server_ended, server_closed;
};

void stream_open_memory(struct stream *s, struct loop *l, struct stream_memory *m,
			void (*on_ready)(struct stream *s, int what));

/* The client says something, closes, or has read what was sent: the server notices at once. */
void stream_memory_write(struct stream_memory *m, struct str bytes);
void stream_memory_end(struct stream_memory *m);
void stream_memory_read(struct stream_memory *m, size_t n);

#endif
