/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/socket.h"

#include "base/errors.h"
#include "config/config.h"
#include "hub/ack.h"
#include "hub/encode.h"
#include "hub/hub_inside.h"
#include "hub/namespace.h"
#include "hub/people.h"
#include "hub/recovery.h"
#include "hub/socket_inside.h"
#include "proto/uri.h"
#include "session/bad_tokens.h"
#include "session/hello.h"
#include "session/sid.h"
#include "transport/websocket_conn.h"

#include <stdlib.h>

/* --- life -------------------------------------------------------------------------------- */

struct socket_extras *
socket_need_extras(struct socket *s)
{
	if (!s->extras)
		s->extras = slab_new(&s->hub->loop->slab, sizeof(*s->extras));
	return s->extras;
}

static void
free_socket(struct socket *s)
{
	struct slab *slab = &s->hub->loop->slab;

	if (s->extras)
		free(s->extras->auth);
	slab_free(slab, s->extras, sizeof(*s->extras));
	slab_free(slab, s, sizeof(*s));
}

static void
bury(struct loop_grave *g)
{
	struct socket *s = CONTAINER_OF(g, struct socket, grave);

	identity_unref(s->who);
	free_socket(s);
}

/* Room for what it is to have from the start. Errors: -E_NOMEM. */
static int
make_extras(struct socket *s, struct str auth)
{
	if (!auth.len && !s->mount->recovery_ms)
		return 0;
	if (!socket_need_extras(s))
		return -E_NOMEM;
	s->extras->auth = auth.len ? str_dup(auth) : NULL;
	return auth.len && !s->extras->auth ? -E_NOMEM : 0;
}

struct socket *
socket_new(const struct socket_making *making, struct str nsp, struct str auth)
{
	struct socket *s = slab_new(&making->hub->loop->slab, sizeof(*s));

	if (!s)
		return NULL;
	s->hub = making->hub;
	s->mount = making->mount;
	s->nsp = namespace_get(making->hub, nsp);
	if (make_extras(s, auth) || !s->nsp || namespace_add(s->nsp, s)) {
		if (s->nsp)
			namespace_release(s->nsp);
		free_socket(s);
		return NULL;
	}
	s->ops = making->ops;
	s->owner = making->owner;
	s->wire = (uint8_t)making->wire;
	s->who = identity_ref(making->who);
	socket_sid_new(s->hub->loop->id, s->id);
	list_init(&s->link);
	return s;
}

/* Out of everything; the floor above gives back what it hung on it. */
void
socket_drop(struct socket *s)
{
	struct hub *h = s->hub;

	s->state = SOCKET_GONE;
	if (socket_ticket(s))
		recovery_drop(s);
	room_leave_all(s);
	namespace_remove(s->nsp, s);
	s->nsp = NULL;
	list_remove(&s->link);
	h->up->on_free(h->up_state, s);
	s->grave.bury = bury;
	loop_bury(h->loop, &s->grave);
}

void
socket_end(struct socket *s, const char *reason)
{
	struct hub *h = s->hub;
	bool was_connected = s->state == SOCKET_CONNECTED, is_kept = false;

	if (s->state == SOCKET_GONE)
		return;
	batch_settle(s);
	s->state = SOCKET_GONE;
	/* whoever is told may close the client, which ends its sockets */
	list_remove(&s->link);
	if (was_connected && socket_ticket(s))
		is_kept = recovery_keep(s, reason);
	if (was_connected) {
		idmap_remove(&h->sockets, s);
		counter_sub(&h->loop->counters, COUNTER_SOCKETS, 1);
		h->up->on_disconnect(h->up_state, s, reason);
		people_depart(s);
	}
	ack_fail_all(s, -E_GONE);
	if (is_kept && h->up->keep)
		recovery_keep_with(h, socket_id(s), h->up->keep(h->up_state, s));
	socket_drop(s);
}

int
socket_begin(struct socket *s)
{
	if (s->state != SOCKET_ASKED)
		return -E_STATE;
	if (idmap_add(&s->hub->sockets, s))
		return -E_NOMEM;
	batch_settle(s); /* nothing: it is not for newcomers */
	s->state = SOCKET_CONNECTED;
	counter_add(&s->hub->loop->counters, COUNTER_SOCKETS, 1);
	return 0;
}

void
socket_expel(struct socket *s, int code, struct str reason)
{
	/* a plain connection has no other goodbye than the close frame */
	if (s->state == SOCKET_CONNECTED && !wire_is_plain(s->wire))
		s->ops->say_goodbye(s);
	if (s->state != SOCKET_GONE)
		s->ops->close(s, code, reason);
}

void
socket_disconnect(struct socket *s, bool close_transport)
{
	if (s->state == SOCKET_GONE)
		return;
	if (close_transport) {
		socket_expel(s, 0, (struct str){NULL, 0});
		return;
	}
	if (s->state == SOCKET_CONNECTED)
		s->ops->say_goodbye(s);
	socket_end(s, "server namespace disconnect");
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
	return s->hub;
}

const struct config_mount *
socket_mount(const struct socket *s)
{
	return s->mount;
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
	const struct session_hello *hello = s->ops->hello(s);
	const char *auth = s->extras ? s->extras->auth : NULL;

	*out = (struct handshake){.auth = auth ? str_from(auth) : STR("{}"),
				  .query = STR(""),
				  .headers = STR("")};
	if (!hello)
		return;
	out->query = session_hello_query(hello);
	out->url = session_hello_url(hello);
	out->headers = session_hello_headers(hello);
	out->issued_ms = hello->issued_ms;
	out->secure = hello->is_secure;
	out->origin = session_hello_header(hello, STR("origin"));
	out->xdomain = out->origin.len > 0;
	out->transport = s->ops->transport(s);
	out->address = (struct str){address, address_text(&hello->peer, address)};
}

bool
socket_query(const struct socket *s, struct str name, struct arena *a, struct str *out)
{
	const struct session_hello *hello = s->ops->hello(s);

	return hello && query_get(session_hello_query(hello), name, a, out);
}

bool
socket_is_connected(const struct socket *s)
{
	return s->state == SOCKET_CONNECTED;
}

void
socket_count_bad_token(struct socket *s)
{
	const struct session_hello *hello = s->ops->hello(s);

	if (hello)
		bad_tokens_count(s->hub->all->bad_tokens, s->hub->loop, &hello->peer);
}

bool
socket_may_show_token(const struct socket *s)
{
	const struct session_hello *hello = s->ops->hello(s);

	return hello &&
	       !bad_tokens_wait_ms(s->hub->all->bad_tokens, s->hub->loop, &hello->peer);
}

bool
socket_is_recovered(const struct socket *s)
{
	return s->is_recovered;
}

struct keepsake *
socket_take_keepsake(struct socket *s)
{
	struct ticket *t = socket_ticket(s);
	struct keepsake *k = t ? t->keepsake : NULL;

	if (k)
		t->keepsake = NULL;
	return k;
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
	int error;

	batch_settle(s);
	error = s->state == SOCKET_GONE ? -E_STATE : room_join(s->nsp, room, s);
	if (!error && socket_ticket(s))
		recovery_joined(s, room);
	return error;
}

void
socket_leave(struct socket *s, struct str room)
{
	batch_settle(s);
	if (s->nsp)
		room_leave(s->nsp, room, s);
	if (socket_ticket(s))
		recovery_left(s, room);
}

bool
socket_is_in(const struct socket *s, struct str name)
{
	const struct room *room = s->nsp ? keymap_get(&s->nsp->rooms, name) : NULL;

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

/* Queue frames made for it alone; NULL counts as -E_NOMEM. */
static int
send_own(struct socket *s, struct frames *f)
{
	int error = f ? s->ops->send(s, f) : -E_NOMEM;

	frames_free(f);
	return error;
}

static bool
drops_volatile(struct socket *s)
{
	batch_settle(s);
	if (!s->ops->is_lagging(s))
		return false;
	counter_add(&s->hub->loop->counters, COUNTER_VOLATILE_DROPPED, 1);
	return true;
}

/* The short way, without a look at what lies between; the long one knows what a failure means. */
static int
send_shared(struct socket *s, const struct frames *f)
{
	struct websocket *to = f->n == 1 ? socket_direct(s) : NULL;

	if (to && websocket_send(to, f->frame[0]) == 0)
		return 0;
	return s->ops->send(s, f);
}

enum reach
socket_deliver(struct socket *s, struct message *m, bool is_volatile)
{
	const struct frames *f;

	if (s->state != SOCKET_CONNECTED || (s->ops->wants && !s->ops->wants(s, m)))
		return REACH_FILTERED;
	if (is_volatile && drops_volatile(s))
		return REACH_QUEUE_FULL;
	f = message_frames(m, s->wire);
	if (!f || send_shared(s, f))
		return REACH_QUEUE_FULL;
	counter_add(&s->hub->loop->counters, COUNTER_DELIVERIES, 1);
	return REACH_DELIVERED;
}

int
socket_emit(struct socket *s, const struct event_out *event, bool is_volatile)
{
	if (s->state != SOCKET_CONNECTED)
		return -E_GONE;
	if (is_volatile && drops_volatile(s))
		return 0;
	if (socket_ticket(s) && !is_volatile)
		return recovery_emit(s, event);
	return send_own(s, encode_event(s->wire, socket_nsp(s), NULL, event));
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
	if (wire_is_plain((enum wire)s->wire))
		return -E_UNSUPPORTED;
	if (ack_is_full(s)) {
		counter_add(&s->hub->loop->counters, COUNTER_ACKS_REFUSED, 1);
		return -E_FULL;
	}
	f = encode_event(s->wire, socket_nsp(s), &id, event);
	error = f ? ack_await(s, id, timeout_ms, on_ack, arg) : -E_NOMEM;
	if (error) {
		frames_free(f);
		return error;
	}
	s->acks_n++;
	(void)send_own(s, f); /* a session that ends fails the ack by itself */
	return 0;
}

int
socket_ack(struct socket *s, uint64_t ack_id, struct str args,
	   const struct str *attachments, size_t attachments_n)
{
	struct event_out values = {
		.args = args, .attachments = attachments, .attachments_n = attachments_n};

	if (s->state != SOCKET_CONNECTED)
		return -E_GONE;
	if (wire_is_plain((enum wire)s->wire))
		return -E_UNSUPPORTED;
	return send_own(s, encode_ack(s->wire, socket_nsp(s), ack_id, &values));
}
