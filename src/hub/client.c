/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/client.h"

#include "base/errors.h"
#include "base/log.h"
#include "base/spare.h"
#include "config/config.h"
#include "hub/ack.h"
#include "hub/encode.h"
#include "hub/hub_inside.h"
#include "hub/socket_inside.h"
#include "policy/limit.h"

#include <stdlib.h>

enum { NAMESPACE_BYTES_MAX = 256 };

/* Its CONNECT packets. A client that asks once and is let in, as nearly all do, keeps nothing
 * of this. */
struct asking {
	struct wheel_timer timer; /* for the first to be joined */
	struct client *client;
	struct rate rate;
	uint32_t asked_n;
	bool is_newcomer; /* counted among those of its address */
};

/* A packet whose attachments are still on their way. */
struct binary {
	struct buf text;  /* the packet, as it came */
	struct buf bytes; /* the attachments, one behind the other */
	uint32_t n, expected_n;
	size_t ends[]; /* of each attachment in bytes */
};

static size_t
binary_size(uint32_t n)
{
	return sizeof(struct binary) + n * sizeof(size_t);
}

static void
free_binary(struct binary *b)
{
	buf_fini(&b->text);
	buf_fini(&b->bytes);
	spare_give(b, binary_size(b->expected_n));
}

static void
drop_binary(struct client *c)
{
	if (!c->binary)
		return;
	free_binary(c->binary);
	c->binary = NULL;
}

/* Errors: -E_TOO_MANY_CONNECTIONS, -E_FULL, -E_NOMEM. */
static int
count_newcomer(struct client *c)
{
	struct str address = address_key(&client_session(c)->hello.peer);
	struct limit_table *newcomers = c->hub->all->newcomers;
	int error = newcomers && address.len
			    ? limit_take(newcomers, address,
					 client_session(c)->mount->newcomers_n,
					 c->hub->loop->now_ms)
			    : 0;

	c->asking->is_newcomer = !error;
	if (error)
		counter_add(&c->hub->loop->counters, COUNTER_REFUSED_CONNECTIONS, 1);
	return error;
}

/* It is in, or gone: no newcomer any more. */
static void
stop_waiting(struct client *c)
{
	struct str address = address_key(&client_session(c)->hello.peer);

	wheel_cancel(&c->hub->loop->wheel, &c->asking->timer);
	if (c->asking->is_newcomer && c->hub->all->newcomers && address.len)
		limit_release(c->hub->all->newcomers, address);
	c->asking->is_newcomer = false;
}

static void
forget_asking(struct client *c)
{
	if (!c->asking)
		return;
	stop_waiting(c);
	free(c->asking);
	c->asking = NULL;
}

struct sio_limits
client_limits(const struct client *c)
{
	return (struct sio_limits){
		.json = {.depth = client_session(c)->mount->json_depth,
			 .values = client_session(c)->mount->json_values_n},
		.attachments = client_session(c)->mount->attachments_n,
		.namespace_bytes = NAMESPACE_BYTES_MAX,
	};
}

void
client_fail(struct client *c, const char *why)
{
	log_debug("client refused", "why=\"%s\" sid=%.*s", why, SID_BYTES,
		  client_session(c)->id);
	counter_add(&c->hub->loop->counters, COUNTER_PARSE_ERRORS, 1);
	session_close(client_session(c), "parse error");
}

struct socket *
client_find_socket(struct client *c, struct str nsp)
{
	LIST_EACH (link, &c->sockets) {
		struct socket *s = CONTAINER_OF(link, struct socket, link);

		if (str_eq(socket_nsp(s), nsp))
			return s;
	}
	return NULL;
}

/* --- sending ----------------------------------------------------------------------------- */

int
client_send(struct client *c, const struct frames *f)
{
	for (size_t i = 0; i < f->n; i++) {
		int error = session_send(client_session(c), f->frame[i]);

		if (error)
			return error;
	}
	return 0;
}

int
client_send_own(struct client *c, struct frames *f)
{
	int error = f ? client_send(c, f) : -E_NOMEM;

	frames_free(f);
	return error;
}

/* --- packets ----------------------------------------------------------------------------- */

static void
count_stray(struct client *c)
{
	counter_add(&c->hub->loop->counters, COUNTER_STRAY_PACKETS, 1);
}

static void
on_event(struct socket *s, const struct sio_packet *p, const struct str *attachments)
{
	struct hub *h = s->hub;
	struct buf name = BUF_INIT;
	struct event_in e = {.args = p->args,
			     .members = &p->members,
			     .attachments = attachments,
			     .attachments_n = p->attachments,
			     .wants_ack = p->has_id,
			     .ack_id = p->id};

	if (json_kind(p->event) != JSON_STRING_KIND) {
		e.name = p->event;
	} else if (!json_borrow_string(p->event, &e.name)) {
		json_unescape(p->event, &name);
		e.name = buf_str(&name);
	}
	h->up->on_event(h->up_state, s, &e);
	buf_fini(&name);
}

void
client_packet(struct client *c, const struct sio_packet *p, const struct str *attachments)
{
	struct socket *s = client_find_socket(c, p->nsp);

	if (!s && p->type == SIO_CONNECT) {
		client_ask(c, p);
		return;
	}
	if (s && p->type == SIO_CONNECT && !socket_is_connected(s)) {
		count_stray(c); /* the answer to the first one will do */
		return;
	}
	if (!s || !socket_is_connected(s)) {
		client_fail(c, "packet for a namespace that is not connected");
		return;
	}
	switch (p->type) {
	case SIO_EVENT:
	case SIO_BINARY_EVENT:
		on_event(s, p, attachments);
		break;
	case SIO_ACK:
	case SIO_BINARY_ACK:
		/* without an id it is of nothing that anybody waits for */
		if (!p->has_id ||
		    !ack_arrived(s, p->id, p->args, attachments, p->attachments))
			count_stray(c);
		break;
	case SIO_DISCONNECT:
		socket_end(s, "client namespace disconnect");
		break;
	case SIO_CONNECT:
		client_fail(c, "CONNECT to a namespace that is connected");
		break;
	case SIO_CONNECT_ERROR:
		client_fail(c, "packet of a server");
		break;
	}
}

static void
await_attachments(struct client *c, struct str text, uint32_t n)
{
	struct binary *b = spare_zeros(binary_size(n));

	if (b) {
		b->expected_n = n;
		buf_add_str(&b->text, text);
		c->binary = b;
	}
	if (!b || b->text.failed)
		client_fail(c, "no memory for a packet");
}

static void
on_text(struct client *c, struct str text)
{
	struct sio_limits limits = client_limits(c);
	struct sio_packet p;
	int error = c->binary ? -E_PACKET : sio_packet_parse(text, &limits, &p);

	if (error)
		client_fail(c, error_text(error));
	else if (p.attachments)
		await_attachments(c, text, p.attachments);
	else
		client_packet(c, &p, NULL);
}

/* All attachments are there: the packet as its text says. */
static void
complete_binary(struct client *c)
{
	struct binary *b = c->binary;
	struct sio_limits limits = client_limits(c);
	struct sio_packet p;
	struct str *attachments = arena_alloc(&c->hub->loop->arena,
					      b->n * sizeof(*attachments));
	int error = attachments ? sio_packet_parse(buf_str(&b->text), &limits, &p)
				: -E_NOMEM;

	c->binary = NULL;
	for (uint32_t i = 0; attachments && i < b->n; i++) {
		size_t start = i ? b->ends[i - 1] : 0;

		attachments[i] = (struct str){b->bytes.data + start, b->ends[i] - start};
	}
	if (error)
		client_fail(c, error_text(error));
	else
		client_packet(c, &p, attachments);
	free_binary(b);
}

static void
on_binary(struct client *c, struct str bytes)
{
	struct binary *b = c->binary;

	if (!b) {
		client_fail(c, "attachment without a packet");
		return;
	}
	if (b->bytes.len + bytes.len > client_session(c)->mount->message_bytes) {
		client_fail(c, "attachments are too large");
		return;
	}
	buf_add_str(&b->bytes, bytes);
	b->ends[b->n++] = b->bytes.len;
	if (b->bytes.failed)
		client_fail(c, "no memory for an attachment");
	else if (b->n == b->expected_n)
		complete_binary(c);
}

/* --- the session below ------------------------------------------------------------------- */

static void
on_open(void *up)
{
	struct client *c = up;

	/* clients of Socket.IO 2 are in the main namespace without asking */
	if (client_session(c)->protocol == 3)
		client_connect(c, STR("/"), (struct str){NULL, 0});
}

static void
on_message(void *up, enum frame_kind kind, char *data, size_t n)
{
	struct client *c = up;

	if (client_session(c)->mount->msgpack)
		client_read_msgpack(c, kind, (struct str){data, n});
	else if (kind == FRAME_TEXT)
		on_text(c, (struct str){data, n});
	else
		on_binary(c, (struct str){data, n});
}

static void
on_drain(void *up)
{
	(void)up;
}

static void
on_close(void *up, const char *reason)
{
	struct client *c = up;

	forget_asking(c);
	drop_binary(c);
	while (!list_is_empty(&c->sockets))
		socket_end(CONTAINER_OF(c->sockets.next, struct socket, link), reason);
}

static void
on_word(void *up)
{
	const struct client *c = up;

	LIST_EACH (link, &c->sockets)
		batch_settle(CONTAINER_OF(link, struct socket, link));
}

static const struct session_up session_up = {on_open, on_message, on_drain, on_close,
					     on_word};

static void
on_connect_timeout(struct wheel_timer *t)
{
	struct client *c = CONTAINER_OF(t, struct asking, timer)->client;

	counter_add(&c->hub->loop->counters, COUNTER_CONNECT_TIMEOUTS, 1);
	session_close(client_session(c), "connect timeout");
}

/* NULL when memory is short. */
static struct asking *
get_asking(struct client *c)
{
	if (c->asking)
		return c->asking;
	c->asking = calloc(1, sizeof(*c->asking));
	if (!c->asking)
		return NULL;
	c->asking->client = c;
	wheel_timer_init(&c->asking->timer, on_connect_timeout);
	return c->asking;
}

/* It is to join a namespace in time, and with it there are not too many.
 * Errors: of count_newcomer. */
static int
await_namespace(struct client *c)
{
	struct asking *a = get_asking(c);
	int error = a ? count_newcomer(c) : -E_NOMEM;

	if (!error)
		wheel_set(&c->hub->loop->wheel, &a->timer,
			  c->hub->loop->now_ms +
				  client_session(c)->mount->connect_timeout_ms);
	return error;
}

bool
client_may_ask(struct client *c)
{
	struct asking *a = get_asking(c);

	if (!a)
		return false;
	a->asked_n++;
	return rate_take(&a->rate, &client_session(c)->mount->connect_rate,
			 c->hub->loop->now_ms);
}

void
client_joined(struct client *c)
{
	if (!c->asking)
		return;
	stop_waiting(c);
	if (c->asking->asked_n <= 1 && !c->was_joined)
		forget_asking(c);
	c->was_joined = true;
}

static enum wire
wire_of(const struct session *s)
{
	if (s->mount->recovery_ms && s->protocol == 4)
		return s->mount->msgpack ? WIRE_SIO_MSGPACK4_OFFSET : WIRE_SIO4_OFFSET;
	if (s->mount->msgpack)
		return s->protocol == 3 ? WIRE_SIO_MSGPACK3 : WIRE_SIO_MSGPACK4;
	return s->protocol == 3 ? WIRE_SIO3 : WIRE_SIO4;
}

static int
on_session(void *app, struct session *s, struct request *r)
{
	struct hub *h = app;
	struct client *c = session_client(s);
	int error;

	(void)r;
	c->hub = h;
	c->wire = (uint8_t)wire_of(s);
	list_init(&c->sockets);
	error = await_namespace(c);
	if (error) {
		free(c->asking);
		return error;
	}
	s->up = &session_up;
	return 0;
}

static void
on_headers(void *app, struct request *r, bool is_first)
{
	struct hub *h = app;

	if (h->up->on_headers)
		h->up->on_headers(h->up_state, r, is_first);
}

const struct engine_app client_engine_app = {on_session, client_is_owner, on_headers};
