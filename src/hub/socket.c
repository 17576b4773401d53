/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/socket.h"

#include "base/errors.h"
#include "config/config.h"
#include "hub/ack.h"
#include "hub/encode.h"
#include "hub/hub_inside.h"
#include "hub/namespace.h"
#include "hub/socket_inside.h"
#include "proto/uri.h"

#include <stdio.h>
#include <stdlib.h>

/* --- life -------------------------------------------------------------------------------- */

static void
bury(struct loop_grave *g)
{
	struct socket *s = CONTAINER_OF(g, struct socket, grave);

	identity_unref(s->who);
	free(s->auth);
	free(s);
}

struct socket *
socket_new(struct client *c, struct str nsp, struct identity *who, struct str auth)
{
	struct socket *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->auth = str_dup(auth.len ? auth : STR("{}"));
	s->nsp = namespace_get(c->hub, nsp);
	if (!s->auth || !s->nsp || namespace_add(s->nsp, s)) {
		if (s->nsp)
			namespace_release(s->nsp);
		free(s->auth);
		free(s);
		return NULL;
	}
	socket_sid_new(c->hub->loop->id, s->id);
	s->client = c;
	s->who = identity_ref(who);
	s->grave.bury = bury;
	list_init(&s->acks);
	list_add_tail(&c->sockets, &s->link);
	return s;
}

/* Out of everything; the floor above gives back what it hung on it. */
static void
drop(struct socket *s)
{
	struct hub *h = s->client->hub;

	s->state = SOCKET_GONE;
	room_leave_all(s);
	namespace_remove(s->nsp, s);
	list_remove(&s->link);
	h->up->on_free(h->up_state, s);
	s->nsp = NULL;
	loop_bury(h->loop, &s->grave);
}

void
socket_end(struct socket *s, const char *reason)
{
	struct hub *h = s->client->hub;
	bool was_connected = s->state == SOCKET_CONNECTED;

	if (s->state == SOCKET_GONE)
		return;
	s->state = SOCKET_GONE;
	if (was_connected) {
		map_remove(&h->sockets, socket_id(s));
		counter_sub(&h->loop->counters, COUNTER_SOCKETS, 1);
		h->up->on_disconnect(h->up_state, s, reason);
	}
	ack_fail_all(s, -E_GONE);
	drop(s);
}

int
socket_accept(struct socket *s)
{
	struct client *c = s->client;
	struct hub *h = c->hub;
	char data[40];
	int n = snprintf(data, sizeof(data), "{\"sid\":\"%.*s\"}", SOCKET_ID_BYTES, s->id);

	if (s->state != SOCKET_ASKED)
		return -E_STATE;
	if (map_add(&h->sockets, socket_id(s), s))
		return -E_NOMEM;
	s->state = SOCKET_CONNECTED;
	counter_add(&h->loop->counters, COUNTER_SOCKETS, 1);
	wheel_cancel(&h->loop->wheel, &c->connect_timer);
	if (c->session->protocol == 3)
		n = 0; /* clients of Socket.IO 2 expect a bare CONNECT */
	client_send_own(c, encode_plain(c->wire, SIO_CONNECT, socket_nsp(s),
					(struct str){data, (size_t)n}));
	return 0;
}

int
socket_refuse(struct socket *s, struct str message, struct str data)
{
	struct client *c = s->client;
	struct buf text = BUF_INIT;

	if (s->state != SOCKET_ASKED)
		return -E_STATE;
	counter_add(&c->hub->loop->counters, COUNTER_CONNECT_REFUSED, 1);
	if (c->session->protocol == 3 && data.len) {
		buf_add_str(&text, data);
	} else if (c->session->protocol == 3) {
		json_quote(&text, message);
	} else {
		buf_add_str(&text, STR("{\"message\":"));
		json_quote(&text, message);
		if (data.len)
			buf_printf(&text, ",\"data\":%.*s", STR_ARG(data));
		buf_add_char(&text, '}');
	}
	client_send_own(c, encode_plain(c->wire, SIO_CONNECT_ERROR, socket_nsp(s), buf_str(&text)));
	buf_fini(&text);
	drop(s);
	return 0;
}

void
socket_disconnect(struct socket *s, bool close_transport)
{
	struct client *c = s->client;

	if (s->state == SOCKET_GONE)
		return;
	if (s->state == SOCKET_CONNECTED)
		client_send_own(c, encode_plain(c->wire, SIO_DISCONNECT, socket_nsp(s),
						(struct str){NULL, 0}));
	socket_end(s, "server namespace disconnect");
	if (close_transport && c->session)
		session_close(c->session, "forced server close");
}

/* --- what it is -------------------------------------------------------------------------- */

struct str
socket_id(const struct socket *s)
{
	return (struct str){s->id, SOCKET_ID_BYTES};
}

struct str
socket_nsp(const struct socket *s)
{
	return s->nsp ? namespace_name(s->nsp) : (struct str){NULL, 0};
}

struct hub *
socket_hub(const struct socket *s)
{
	return s->client->hub;
}

const struct config_mount *
socket_mount(const struct socket *s)
{
	return s->client->mount;
}

struct identity *
socket_identity(const struct socket *s)
{
	return s->who;
}

void
socket_set_identity(struct socket *s, struct identity *who)
{
	identity_ref(who);
	identity_unref(s->who);
	s->who = who;
}

void
socket_handshake(const struct socket *s, struct handshake *out)
{
	static _Thread_local char address[ADDRESS_TEXT_BYTES];
	const struct session *session = s->client->session;

	*out = (struct handshake){.auth = str_from(s->auth), .query = STR(""), .headers = STR("")};
	if (!session)
		return;
	out->query = session->hello->query;
	out->url = session->hello->url;
	out->headers = session->hello->headers;
	out->issued_ms = session->hello->issued_ms;
	out->secure = session->hello->is_secure;
	out->origin = session_hello_header(session->hello, STR("origin"));
	out->xdomain = out->origin.len > 0;
	out->transport = session_transport_name(session);
	out->address = (struct str){address, address_text(&session->hello->peer, address)};
}

bool
socket_query(const struct socket *s, struct str name, struct arena *a, struct str *out)
{
	return s->client->session && query_get(s->client->session->hello->query, name, a, out);
}

bool
socket_is_connected(const struct socket *s)
{
	return s->state == SOCKET_CONNECTED;
}

void *
socket_data(const struct socket *s)
{
	return s->data;
}

void
socket_set_data(struct socket *s, void *data)
{
	s->data = data;
}

/* --- rooms ------------------------------------------------------------------------------- */

int
socket_join(struct socket *s, struct str room)
{
	return s->state == SOCKET_GONE ? -E_STATE : room_join(s->nsp, room, s);
}

void
socket_leave(struct socket *s, struct str room)
{
	if (s->nsp)
		room_leave(s->nsp, room, s);
}

bool
socket_is_in(const struct socket *s, struct str name)
{
	const struct room *room = s->nsp ? map_get(&s->nsp->rooms, name) : NULL;

	return room && room_has(room, s);
}

bool
socket_each_room(const struct socket *s, size_t *at, struct str *room_out)
{
	if (*at >= s->rooms.n)
		return false;
	*room_out = room_name(s->rooms.items[(*at)++].room);
	return true;
}

/* --- messages ---------------------------------------------------------------------------- */

static bool
drops_volatile(struct socket *s)
{
	if (!session_is_lagging(s->client->session))
		return false;
	counter_add(&s->client->hub->loop->counters, COUNTER_VOLATILE_DROPPED, 1);
	return true;
}

void
socket_deliver(struct socket *s, struct message *m, bool is_volatile)
{
	const struct frames *f;

	if (s->state != SOCKET_CONNECTED || (is_volatile && drops_volatile(s)))
		return;
	f = message_frames(m, s->client->wire);
	if (f && client_send(s->client, f) == 0)
		counter_add(&s->client->hub->loop->counters, COUNTER_DELIVERIES, 1);
}

int
socket_emit(struct socket *s, const struct event_out *event, bool is_volatile)
{
	if (s->state != SOCKET_CONNECTED)
		return -E_GONE;
	if (is_volatile && drops_volatile(s))
		return 0;
	return client_send_own(s->client,
			       encode_event(s->client->wire, socket_nsp(s), NULL, event));
}

int
socket_emit_ack(struct socket *s, const struct event_out *event, uint32_t timeout_ms,
		socket_ack_fn *on_ack, void *arg)
{
	uint64_t id = s->acks_n;
	struct frames *f;
	int error;

	if (s->state != SOCKET_CONNECTED)
		return -E_GONE;
	f = encode_event(s->client->wire, socket_nsp(s), &id, event);
	error = f ? ack_await(s, id, timeout_ms, on_ack, arg) : -E_NOMEM;
	if (error) {
		frames_free(f);
		return error;
	}
	s->acks_n++;
	(void)client_send_own(s->client, f); /* a session that ends fails the ack by itself */
	return 0;
}

int
socket_ack(struct socket *s, uint64_t ack_id, struct str args, const struct str *attachments,
	   size_t attachments_n)
{
	struct event_out values = {
		.args = args, .attachments = attachments, .attachments_n = attachments_n};

	if (s->state != SOCKET_CONNECTED)
		return -E_GONE;
	return client_send_own(s->client,
			       encode_ack(s->client->wire, socket_nsp(s), ack_id, &values));
}
