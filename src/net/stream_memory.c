/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/stream_memory.h"

#include "base/errors.h"
#include "net/loop.h"

static ssize_t
memory_read(struct stream *s, void *into, size_t n)
{
	struct stream_memory *m = s->state;

	if (m->to_server.len == 0)
		return m->client_closed ? -E_GONE : 0;
	if (n > m->to_server.len)
		n = m->to_server.len;
	memcpy(into, m->to_server.data, n);
	buf_drop(&m->to_server, n);
	return (ssize_t)n;
}

static ssize_t
memory_writev(struct stream *s, const struct iovec *parts, int n)
{
	struct stream_memory *m = s->state;
	size_t taken = 0;

	for (int i = 0; i < n; i++) {
		size_t room = m->window_bytes > m->to_client.len
				      ? m->window_bytes - m->to_client.len
				      : 0;
		size_t part = parts[i].iov_len < room ? parts[i].iov_len : room;

		buf_add(&m->to_client, parts[i].iov_base, part);
		taken += part;
	}
	return (ssize_t)taken;
}

static bool
memory_has_pending(const struct stream *s)
{
	(void)s;
	return false;
}

static void
memory_end(struct stream *s)
{
	((struct stream_memory *)s->state)->server_ended = true;
}

static void
memory_close(struct stream *s)
{
	struct stream_memory *m = s->state;

	m->server_closed = true;
	m->stream = NULL;
}

static const struct stream_ops memory_ops = {
	.read = memory_read,
	.writev = memory_writev,
	.has_pending = memory_has_pending,
	.end = memory_end,
	.close = memory_close,
	.is_secure = false,
	.pause_ms = 0,
};

void
stream_open_memory(struct stream *s, struct loop *l, struct stream_memory *m,
		   void (*on_ready)(struct stream *s, int what))
{
	*s = (struct stream){.ops = &memory_ops,
			     .loop = l,
			     .state = m,
			     .on_ready = on_ready,
			     .fd = -1};
	*m = (struct stream_memory){.stream = s, .window_bytes = SIZE_MAX / 4};
}

static void
tell(struct stream_memory *m, int what)
{
	if (m->stream && m->stream->loop)
		loop_wake(m->stream->loop);
	if (m->stream)
		stream_ready(m->stream, what);
}

void
stream_memory_write(struct stream_memory *m, struct str bytes)
{
	buf_add_str(&m->to_server, bytes);
	tell(m, STREAM_READ);
}

void
stream_memory_end(struct stream_memory *m)
{
	m->client_closed = true;
	tell(m, STREAM_READ);
}

void
stream_memory_read(struct stream_memory *m, size_t n)
{
	buf_drop(&m->to_client, n);
	tell(m, STREAM_WRITE);
}
