/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/proxy_conn.h"

#include "base/errors.h"
#include "base/log.h"
#include "config/config.h"
#include "net/address_set.h"
#include "proto/proxy_header.h"
#include "transport/admission.h"

struct proxy_conn {
	struct http_server *server;
	struct address proxy;
	struct wheel_timer deadline;
};

_Static_assert(sizeof(struct proxy_conn) <= CONN_ROOM_BYTES, "it is in the room");

static struct proxy_conn *
proxy_of(struct conn *c)
{
	return (void *)c->room;
}

bool
proxy_conn_may_start(const struct http_server *s, const struct address *peer)
{
	return !s->trusted || address_set_is_empty(s->trusted) ||
	       address_set_has(s->trusted, peer);
}

static void
on_deadline(struct wheel_timer *t)
{
	struct proxy_conn *p = CONTAINER_OF(t, struct proxy_conn, deadline);

	counter_add(&p->server->loop->counters, COUNTER_REQUEST_TIMEOUTS, 1);
	conn_close(conn_around(p), -E_HTTP_TIMEOUT);
}

static struct address
address_of(const struct proxy_conn *p, const struct proxy_header *header)
{
	if (header->source == PROXY_SELF)
		return p->proxy;
	return address_from_bytes(header->source == PROXY_IPV4 ? AF_INET : AF_INET6,
				  header->address, header->port);
}

/* Count the connection for its client, no longer for nobody. Errors: as admission_take. */
static int
set_peer(struct conn *c, const struct address *client)
{
	int error = 0;

	if (c->admission)
		error = admission_move(c->admission, &c->peer, client, c->loop->now_ms);
	if (!error)
		c->peer = *client;
	return error;
}

static long
on_bytes(struct conn *c, char *bytes, size_t n)
{
	struct proxy_conn *p = proxy_of(c);
	struct http_server *s = p->server;
	struct proxy_header header;
	long used = proxy_header_read(bytes, n, &header);
	struct address client;
	int error;

	if (used == 0)
		return 0;
	if (used < 0) {
		log_debug("connection refused", "why=\"%s\"", error_text((int)used));
		return used;
	}
	client = address_of(p, &header);
	error = set_peer(c, &client);
	if (error) {
		counter_add(&c->loop->counters, COUNTER_REFUSED_CONNECTIONS, 1);
		return error;
	}
	wheel_cancel(&c->loop->wheel, &p->deadline);
	list_remove(&c->link);
	error = http_server_begin(s, c, str_skip((struct str){bytes, n}, (size_t)used));
	if (error)
		return error;
	return s->tls ? (long)n : used;
}

static void
on_drain(struct conn *c)
{
	(void)c;
}

static void
on_end(struct conn *c)
{
	conn_close(c, 0);
}

static void
on_close(struct conn *c, int error)
{
	(void)error;
	wheel_cancel(&c->loop->wheel, &proxy_of(c)->deadline);
}

static const struct conn_up proxy_up = {on_bytes, on_drain, on_end, on_close, NULL};

void
proxy_conn_start(struct http_server *s, struct conn *c, const struct address *proxy)
{
	struct proxy_conn *p = conn_set_up(c, &proxy_up);

	p->server = s;
	p->proxy = *proxy;
	wheel_timer_init(&p->deadline, on_deadline);
	if (s->times->head_timeout_ms)
		wheel_set(&c->loop->wheel, &p->deadline,
			  c->loop->now_ms + s->times->head_timeout_ms);
	list_add_tail(&s->upgraded, &c->link);
	conn_start(c);
}
