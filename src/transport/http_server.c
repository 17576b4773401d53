/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/http_server.h"

#include "base/errors.h"
#include "base/log.h"
#include "config/config.h"
#include "net/stream_memory.h"
#include "net/stream_tls.h"
#include "transport/admission.h"
#include "transport/http_conn.h"
#include "transport/proxy_conn.h"

#include <unistd.h>

int
http_server_begin(struct http_server *s, struct conn *c, struct str early)
{
	int error = http_conn_start(s, c);

	return !error && s->tls ? stream_secure(&c->stream, s->tls, early) : error;
}

static struct conn *
start(struct http_server *s, struct conn *c, const struct address *peer)
{
	int error;

	if (!c)
		return NULL;
	error = s->has_proxy_header ? proxy_conn_start(s, c, peer)
				    : http_server_begin(s, c, (struct str){NULL, 0});
	if (!error)
		return c;
	conn_close(c, error);
	return NULL;
}

static struct conn *
admit(struct http_server *s, int fd, const struct address *peer)
{
	struct conn *c;

	if (s->admission && admission_take(s->admission, peer, s->loop->now_ms))
		return NULL;
	c = conn_new(s->loop, fd, peer);
	if (c)
		c->admission = s->admission;
	else if (s->admission)
		admission_release(s->admission, peer);
	return c;
}

struct conn *
http_server_accept(struct http_server *s, int fd, const struct address *peer)
{
	struct conn *c = NULL;

	if (!s->has_proxy_header)
		c = admit(s, fd, peer);
	else if (proxy_conn_may_start(s, peer))
		c = admit(s, fd, &proxy_conn_nobody);
	if (!c) {
		counter_add(&s->loop->counters, COUNTER_REFUSED_CONNECTIONS, 1);
		close(fd);
	}
	return start(s, c, peer);
}

struct conn *
http_server_accept_memory(struct http_server *s, struct stream_memory *m)
{
	struct conn *c = conn_new_memory(s->loop, m);

	return start(s, c, c ? &c->peer : NULL);
}

void
http_server_drain(struct http_server *s)
{
	s->is_draining = true;
	LIST_EACH (link, &s->conns)
		http_conn_drain(CONTAINER_OF(link, struct conn, link));
}

void
http_server_close(struct http_server *s)
{
	/* closing one may close another */
	while (!list_is_empty(&s->conns))
		conn_close(CONTAINER_OF(s->conns.next, struct conn, link), -E_SHUTDOWN);
	while (!list_is_empty(&s->upgraded))
		conn_close(CONTAINER_OF(s->upgraded.next, struct conn, link),
			   -E_SHUTDOWN);
}
