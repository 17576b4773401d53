/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/http_server.h"

#include "base/errors.h"
#include "base/log.h"
#include "config/config.h"
#include "net/stream_memory.h"
#include "transport/admission.h"
#include "transport/http_conn.h"

#include <unistd.h>

static struct conn *
serve_http(struct http_server *s, struct conn *c)
{
	if (c && http_conn_start(s, c) == 0)
		return c;
	if (c)
		conn_close(c, -E_NOMEM);
	return NULL;
}

struct conn *
http_server_accept(struct http_server *s, int fd, const struct address *peer)
{
	struct conn *c = NULL;

	if (!s->admission || admission_take(s->admission, peer, s->loop->now_ms) == 0) {
		c = conn_new(s->loop, fd, peer);
		if (c)
			c->admission = s->admission;
		else if (s->admission)
			admission_release(s->admission, peer);
	}
	if (!c) {
		counter_add(&s->loop->counters, COUNTER_REFUSED_CONNECTIONS, 1);
		close(fd);
	}
	return serve_http(s, c);
}

struct conn *
http_server_accept_memory(struct http_server *s, struct stream_memory *m)
{
	return serve_http(s, conn_new_memory(s->loop, m));
}

void
http_server_drain(struct http_server *s)
{
	s->is_draining = true;
	LIST_EACH(link, &s->conns)
		http_conn_drain(CONTAINER_OF(link, struct conn, link));
}

void
http_server_close(struct http_server *s)
{
	LIST_EACH(link, &s->conns)
		conn_close(CONTAINER_OF(link, struct conn, link), -E_SHUTDOWN);
	/* closing one may close another */
	while (!list_is_empty(&s->upgraded))
		conn_close(CONTAINER_OF(s->upgraded.next, struct conn, link), -E_SHUTDOWN);
}
