/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/session.h"

#include "base/errors.h"
#include "base/log.h"
#include "config/config.h"
#include "proto/websocket.h"
#include "session/plain_session.h"
#include "session/upgrade.h"

enum {
	/* How long a closed polling session waits for the poll that fetches its last packets. */
	LAST_POLL_MS = 5000,
	CODE_NONE = 1005 /* engine.io's close frames have none */
};

static const struct websocket_up websocket_up;
static const struct polling_up polling_up;
static void end(struct session *s, const char *reason, enum eio_type last);

static uint64_t
now_of(const struct session *s)
{
	return s->all->loop->now_ms;
}

/* --- the sessions of a loop ------------------------------------------------------------ */

void
sessions_init(struct sessions *all, struct loop *l, uint16_t node)
{
	*all = (struct sessions){.loop = l, .node = node, .by_id = IDMAP_INIT(SID_BYTES)};
	texts_init(&all->texts, &l->slab);
	list_init(&all->plain);
}

static void
free_session(struct session *s)
{
	session_hello_fini(&s->hello, &s->all->texts);
	slab_free(&s->all->loop->slab, s, sizeof(*s));
}

static void
bury(struct loop_grave *g)
{
	free_session(CONTAINER_OF(g, struct session, grave));
}

/* Out of the map and of every timer; memory stays until the end of the turn. */
static void
forget(struct session *s)
{
	struct loop *l = s->all->loop;

	if (s->is_closed)
		return;
	s->is_closed = true;
	wheel_cancel(&l->wheel, &s->heartbeat);
	idmap_remove(&s->all->by_id, s);
	counter_sub(&l->counters, COUNTER_SESSIONS, 1);
	s->grave.bury = bury;
	loop_bury(l, &s->grave);
}

void
sessions_fini(struct sessions *all)
{
	struct session *s;

	/* those that wait for their last poll */
	for (size_t at = 0; (s = idmap_next(&all->by_id, &at)); at = 0)
		end(s, "server shutting down", EIO_CLOSE);
	idmap_fini(&all->by_id);
}

struct session *
sessions_find(struct sessions *all, struct str sid, const struct config_mount *mount)
{
	struct session *s = idmap_get(&all->by_id, sid);

	return s && s->mount == mount ? s : NULL;
}

void
sessions_close_all(struct sessions *all, const char *reason)
{
	plain_sessions_close_all(all);
	for (size_t at = 0;;) {
		struct session *s = idmap_next(&all->by_id, &at);

		if (!s)
			return;
		session_close(s, reason);
		if (s->is_closed)
			at = 0; /* the map changed */
	}
}

/* --- the end --------------------------------------------------------------------------- */

/* What the floor above has for it comes before what is said now. */
static void
ask_for_earlier_words(struct session *s)
{
	if (s->up && s->up->on_word && (s->polling || s->websocket))
		s->up->on_word(s->room);
}

/* The one way out. last is what a waiting poll gets to hear. */
static void
end(struct session *s, const char *reason, enum eio_type last)
{
	if (s->is_closed)
		return;
	ask_for_earlier_words(s);
	forget(s);
	log_debug("session closed", "why=\"%s\" sid=%.*s", reason, SID_BYTES, s->id);
	upgrade_drop(s);
	if (s->polling)
		polling_free(s->polling, last);
	if (s->websocket) {
		websocket_forget(s->websocket);
		websocket_close(s->websocket, CODE_NONE, (struct str){NULL, 0});
	}
	s->websocket = NULL;
	s->polling = NULL;
	if (s->up && !s->is_closing)
		s->up->on_close(s->room, reason);
}

void
session_close(struct session *s, const char *reason)
{
	if (s->is_closed || s->is_closing)
		return;
	ask_for_earlier_words(s);
	if (!s->polling ||
	    (polling_is_writable(s->polling) && !polling_queued(s->polling))) {
		end(s, reason, EIO_CLOSE);
		return;
	}
	/* the poll that fetches the last of what is queued hears of the end */
	(void)polling_send_digit(s->polling, EIO_CLOSE);
	s->is_closing = true; /* nothing more is sent, and on_close is told once */
	if (s->up)
		s->up->on_close(s->room, reason);
	wheel_set(&s->all->loop->wheel, &s->heartbeat, now_of(s) + LAST_POLL_MS);
}

/* --- heartbeat --------------------------------------------------------------------------- */

static void
send_digit(struct session *s, enum eio_type type)
{
	char digit = (char)('0' + type);
	struct frame *f;

	if (s->polling) {
		/* a full queue ends by itself */
		(void)polling_send_digit(s->polling, type);
		return;
	}
	f = ws_frame_of(WS_TEXT, (struct str){&digit, 1});
	if (f)
		websocket_send(s->websocket, f);
	frame_unref(f);
}

/* The client does not read: it would not read a close frame either. */
static void
end_full(struct session *s)
{
	counter_add(&s->all->loop->counters, COUNTER_QUEUE_CLOSED, 1);
	if (s->websocket) {
		websocket_forget(s->websocket);
		websocket_abort(s->websocket);
		s->websocket = NULL;
	}
	end(s, "transport error", EIO_CLOSE);
}

static void
on_heartbeat(struct wheel_timer *t)
{
	struct session *s = CONTAINER_OF(t, struct session, heartbeat);

	if (s->is_full) {
		end_full(s);
		return;
	}
	if (s->is_closing) {
		end(s, "forced close", EIO_CLOSE);
		return;
	}
	if (s->awaits_pong || s->protocol == 3) {
		counter_add(&s->all->loop->counters, COUNTER_PING_TIMEOUTS, 1);
		end(s, "ping timeout", EIO_CLOSE);
		return;
	}
	s->awaits_pong = true;
	wheel_set(&s->all->loop->wheel, t, t->at_ms + s->mount->ping_timeout_ms);
	send_digit(s, EIO_PING);
}

/* Protocol 4: the server pings and waits. Protocol 3: the client pings, in time or not. */
static void
restart_heartbeat(struct session *s)
{
	uint64_t wait = s->mount->ping_interval_ms;

	if (s->is_closed || s->is_full)
		return; /* its end is set already */
	if (s->protocol == 3)
		wait += s->mount->ping_timeout_ms;
	s->awaits_pong = false;
	wheel_set(&s->all->loop->wheel, &s->heartbeat, now_of(s) + wait);
}

/* --- packets ----------------------------------------------------------------------------- */

static void
fail(struct session *s)
{
	counter_add(&s->all->loop->counters, COUNTER_PARSE_ERRORS, 1);
	end(s, "parse error", EIO_CLOSE);
}

static void
count_stray(struct session *s)
{
	counter_add(&s->all->loop->counters, COUNTER_STRAY_PACKETS, 1);
}

static void
on_ping(struct session *s, const struct eio_packet *p)
{
	char pong[128] = {'0' + EIO_PONG};
	struct frame *f;

	count_stray(s);
	if (s->protocol != 3 || p->data.len >= sizeof(pong)) {
		fail(s);
		return;
	}
	if (p->data.len)
		memcpy(pong + 1, p->data.ptr, p->data.len);
	f = ws_frame_of(WS_TEXT, (struct str){pong, 1 + p->data.len});
	if (f)
		session_send(s, f);
	frame_unref(f);
	restart_heartbeat(s);
}

static void
on_packet(void *up, const struct eio_packet *p)
{
	struct session *s = up;

	if (s->is_closing || s->is_closed)
		return;
	switch (p->type) {
	case EIO_MESSAGE:
		if (s->protocol == 3)
			restart_heartbeat(s);
		counter_add(&s->all->loop->counters, COUNTER_MESSAGES_IN, !s->websocket);
		s->up->on_message(s->room, p->is_binary ? FRAME_BINARY : FRAME_TEXT,
				  (char *)(uintptr_t)p->data.ptr, p->data.len);
		return;
	case EIO_PING:
		on_ping(s, p);
		return;
	case EIO_PONG:
		if (!s->awaits_pong)
			count_stray(s);
		if (s->protocol == 4) /* unasked, too: the client lives */
			restart_heartbeat(s);
		return;
	case EIO_CLOSE:
		end(s, "transport close", EIO_NOOP);
		return;
	case EIO_NOOP:
	case EIO_OPEN:
	case EIO_UPGRADE:
		count_stray(s); /* no business of a client's here, and no harm */
		return;
	}
}

static void
on_polling_drain(void *up)
{
	struct session *s = up;

	if (s->is_closing) {
		if (!polling_queued(s->polling))
			end(s, "forced close", EIO_CLOSE);
	} else {
		s->up->on_drain(s->room);
	}
}

static void
on_polling_error(void *up, int error)
{
	struct session *s = up;
	bool is_parse_error = error != -E_GONE && error != -E_STATE && error != -E_FLOOD;

	if (error == -E_FLOOD)
		counter_add(&s->all->loop->counters, COUNTER_FLOODS, 1);
	else if (error != -E_GONE)
		counter_add(&s->all->loop->counters, COUNTER_PARSE_ERRORS, 1);
	end(s, is_parse_error ? "parse error" : "transport error", EIO_CLOSE);
}

static const struct polling_up polling_up = {on_packet, on_polling_drain,
					     on_polling_error};

int
session_parse(const struct session *s, enum frame_kind kind, char *data, size_t n,
	      struct eio_packet *out)
{
	if (kind == FRAME_BINARY)
		return eio_packet_parse_binary(s->protocol, (struct str){data, n}, out);
	return eio_packet_parse(s->protocol, data, n, out);
}

static void
on_ws_message(void *up, enum frame_kind kind, char *data, size_t n)
{
	struct session *s = up;
	struct eio_packet p;

	if (session_parse(s, kind, data, n, &p))
		fail(s);
	else
		on_packet(s, &p);
}

static void
on_ws_drain(void *up)
{
	struct session *s = up;

	s->up->on_drain(s->room);
}

static void
on_ws_close(void *up, int code)
{
	struct session *s = up;

	(void)code;
	s->websocket = NULL;
	end(s, "transport close", EIO_CLOSE);
}

static void
on_ws_fault(void *up, int error)
{
	(void)error;
	ask_for_earlier_words(up);
}

static const struct websocket_up websocket_up = {on_ws_message, on_ws_drain, on_ws_close,
						 on_ws_fault};

/* --- change of transport ----------------------------------------------------------------- */

void
session_release_poll(struct session *s)
{
	if (upgrade_is_probed(s) && polling_is_writable(s->polling) &&
	    !polling_queued(s->polling))
		send_digit(s, EIO_NOOP);
}

void
session_poll(struct session *s, struct request *r)
{
	polling_get(s->polling, r);
	if (s->polling)
		session_release_poll(s);
}

/* Bytes go as text to a client that cannot take them. */
static int
send_by_websocket(struct session *s, struct frame *f)
{
	struct str bytes = frame_payload(f);
	struct buf text = BUF_INIT;
	struct frame *twin;
	int error;

	if (!s->websocket_base64 || f->kind != FRAME_BINARY)
		return websocket_send(s->websocket, f);
	eio_write_base64(&text, s->protocol, str_skip(bytes, s->protocol == 3));
	twin = text.failed ? NULL : ws_frame_of(WS_TEXT, buf_str(&text));
	error = twin ? websocket_send(s->websocket, twin) : -E_NOMEM;
	frame_unref(twin);
	buf_fini(&text);
	return error;
}

void
session_take_websocket(struct session *s, struct websocket *w)
{
	struct polling *p = s->polling;
	struct frame *f;
	int error = 0;

	s->polling = NULL;
	s->websocket = w;
	websocket_set_up(w, &websocket_up, s);
	while ((f = polling_take(p))) {
		char first = f->len > f->head ? f->bytes[f->head] : 0;

		if (!error && (f->kind != FRAME_TEXT || first != '0' + EIO_NOOP))
			error = send_by_websocket(s, f);
		frame_unref(f);
	}
	polling_free(p, EIO_NOOP);
	counter_add(&s->all->loop->counters, COUNTER_SESSION_UPGRADES, 1);
	if (error)
		end(s, "transport error", EIO_CLOSE);
	else
		s->up->on_drain(s->room);
}

/* --- opening ----------------------------------------------------------------------------- */

struct session *
session_new(struct sessions *all, const struct config_mount *mount, int protocol,
	    struct request *r)
{
	struct session *s = slab_new(&all->loop->slab, sizeof(*s));

	if (!s)
		return NULL;
	s->all = all;
	s->mount = mount;
	s->protocol = (uint8_t)protocol;
	sid_new(all->node, all->loop->id, s->id);
	wheel_timer_init(&s->heartbeat, on_heartbeat);
	if (session_hello_init(&s->hello, &all->texts, r, all->loop->wall_ms) ||
	    idmap_add(&all->by_id, s)) {
		free_session(s);
		return NULL;
	}
	counter_add(&all->loop->counters, COUNTER_SESSIONS, 1);
	counter_add(&all->loop->counters, COUNTER_SESSIONS_OPENED, 1);
	return s;
}

static void
say_hello(struct session *s, bool can_upgrade)
{
	struct buf text = BUF_INIT;
	struct frame *f;

	eio_write_open(&text, &(struct eio_open){
				      .sid = {s->id, SID_BYTES},
				      .can_upgrade = can_upgrade,
				      .ping_interval_ms = s->mount->ping_interval_ms,
				      .ping_timeout_ms = s->mount->ping_timeout_ms,
				      .payload_bytes = s->mount->max_payload_bytes,
			      });
	f = text.failed ? NULL : ws_frame_of(WS_TEXT, buf_str(&text));
	buf_fini(&text);
	restart_heartbeat(s);
	if (!f || session_send(s, f))
		end(s, "transport error", EIO_CLOSE);
	else
		s->up->on_open(s->room);
	frame_unref(f);
}

void
session_open_polling(struct session *s, struct request *r)
{
	s->polling = polling_new(s->all->loop, s->mount, s->protocol, s->polling_base64,
				 &polling_up, s);
	if (!s->polling) {
		end(s, "transport error", EIO_CLOSE);
		request_refuse(r, -E_NOMEM);
		return;
	}
	polling_get(s->polling, r);
	say_hello(s, s->mount->upgrades && s->mount->websocket);
}

int
session_open_websocket(struct session *s, struct request *r)
{
	int error = websocket_open(r, s->mount, s->mount->max_payload_bytes,
				   &websocket_up, s, &s->websocket);

	if (error) {
		s->websocket = NULL;
		end(s, "transport error", EIO_CLOSE);
		return error;
	}
	say_hello(s, false);
	return 0;
}

/* --- sending ----------------------------------------------------------------------------- */

int
session_send(struct session *s, struct frame *f)
{
	int error;

	if (s->is_closed || s->is_closing)
		return -E_GONE;
	ask_for_earlier_words(s);
	error = s->polling ? polling_send(s->polling, f) : send_by_websocket(s, f);
	/* without memory, too: what follows a frame that is missing would be misunderstood */
	if ((error == -E_FULL || error == -E_NOMEM) && !s->is_full) {
		s->is_full = true;
		wheel_set(&s->all->loop->wheel, &s->heartbeat, 0);
	}
	if (!error && s->polling)
		session_release_poll(s);
	return error;
}

void
session_pause(struct session *s)
{
	if (s->websocket)
		websocket_pause(s->websocket);
}

struct websocket *
session_direct(const struct session *s)
{
	return s->is_closed || s->is_closing || s->websocket_base64 ? NULL : s->websocket;
}

bool
session_is_lagging(const struct session *s)
{
	if (s->polling)
		return !polling_is_writable(s->polling);
	return !s->websocket ||
	       websocket_queued(s->websocket) > s->mount->queue_soft_bytes;
}

struct str
session_transport_name(const struct session *s)
{
	return s->websocket ? STR("websocket") : STR("polling");
}
