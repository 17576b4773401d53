/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/http_server.h"

#include "base/errors.h"
#include "base/log.h"
#include "config/config.h"
#include "net/address_set.h"
#include "net/stream_memory.h"
#include "net/stream_tls.h"
#include "transport/admission.h"
#include "transport/http_conn.h"
#include "transport/proxy_conn.h"

#include <stdlib.h>
#include <unistd.h>

int
http_server_begin(struct http_server *s, struct conn *c, struct str early)
{
	http_conn_start(s, c);
	return s->tls ? stream_secure(&c->stream, s->tls, early) : 0;
}

static struct conn *
start(struct http_server *s, struct conn *c, const struct address *peer)
{
	int error = 0;

	if (!c)
		return NULL;
	if (s->has_proxy_header)
		proxy_conn_start(s, c, peer);
	else
		error = http_server_begin(s, c, (struct str){NULL, 0});
	if (!error)
		return c;
	conn_close(c, error);
	return NULL;
}

/* Where the requests of a trusted proxy tell whom they are for, its connections are not its
 * own: they are nobody's until the head of a request has been read (http_conn.c). */
static bool
is_between(const struct http_server *s, const struct address *peer)
{
	return s->admission && admission_counts_addresses(s->admission) &&
	       !s->has_proxy_header && s->trusted && address_set_has(s->trusted, peer);
}

static struct conn *
admit(struct http_server *s, int fd, const struct address *peer)
{
	const struct address *counted = peer;
	struct address *client = NULL;
	struct conn *c = NULL;

	if (is_between(s, peer)) {
		client = malloc(sizeof(*client));
		if (!client)
			return NULL;
		*client = admission_nobody;
		counted = client;
	}
	if (!s->admission || !admission_take(s->admission, counted, s->loop->now_ms)) {
		c = conn_new(s->loop, fd, peer);
		if (!c && s->admission)
			admission_release(s->admission, counted);
	}
	if (!c) {
		free(client);
		return NULL;
	}
	c->admission = s->admission;
	c->client = client;
	return c;
}

struct conn *
http_server_accept(struct http_server *s, int fd, const struct address *peer)
{
	struct conn *c = NULL;

	if (!s->has_proxy_header)
		c = admit(s, fd, peer);
	else if (proxy_conn_may_start(s, peer))
		c = admit(s, fd, &admission_nobody);
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
