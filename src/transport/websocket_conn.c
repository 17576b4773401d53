/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/websocket_conn.h"

#include "base/errors.h"
#include "base/spare.h"
#include "config/config.h"
#include "proto/deflate.h"
#include "proto/websocket.h"

/* So many frames in one piece of input are many. */
enum { CHATTY_FRAMES = 64 };

enum { CLOSE_WAIT_MS = 2000, CODE_NONE = 1005, CODE_LOST = 1006 };

/* A message of which not everything has come. */
struct incoming {
	struct ws_parser parser;
	struct buf fragments;
};

struct websocket {
	const struct config_mount *mount;
	const struct websocket_up *up;
	void *up_state;
	uint64_t heard_ms;
	struct incoming *incoming; /* NULL: between messages */
	uint32_t strays_n;         /* of this second, see conn_count */
	uint32_t message_bytes;
	uint16_t close_code; /* to be told to up */
	struct ws_deflate deflate;
	bool is_closing; /* a close frame was sent */
	bool is_held;    /* by the session above */
};

_Static_assert(sizeof(struct websocket) <= CONN_ROOM_BYTES, "it is in the room");

static const struct conn_up websocket_conn_up;

static struct websocket *
websocket_of(struct conn *c)
{
	return (void *)c->room;
}

/* NULL when memory is short. */
static struct deflate_pool *
pool_of(struct loop *l)
{
	if (!l->deflate)
		l->deflate = deflate_pool_new();
	return l->deflate;
}

static int
answer_handshake(struct request *r, const struct config_mount *mount,
		 struct ws_deflate *deflate_out)
{
	char accept[WS_ACCEPT_BYTES], room[256];
	struct buf lines = buf_in(room, sizeof(room)), extension = BUF_INIT;
	int error;

	ws_accept_key(http_header_get(r->head, STR("sec-websocket-key")), accept);
	buf_add_str(&lines, STR("Upgrade: websocket\r\nConnection: Upgrade\r\n"
				"Sec-WebSocket-Accept: "));
	buf_add(&lines, accept, sizeof(accept));
	buf_add_str(&lines, STR("\r\n"));
	if (mount->deflate) {
		struct str offers = http_header_list(
			r->head, STR("sec-websocket-extensions"), &r->arena);

		ws_deflate_negotiate(offers, deflate_out, &extension);
	}
	if (deflate_out->on)
		buf_printf(&lines, "Sec-WebSocket-Extensions: %.*s\r\n",
			   STR_ARG(buf_str(&extension)));
	error = lines.failed || extension.failed ? -E_NOMEM : 0;
	if (!error)
		error = request_upgrade(r, buf_str(&lines));
	buf_fini(&lines);
	buf_fini(&extension);
	return error;
}

int
websocket_open(struct request *r, const struct config_mount *mount,
	       uint32_t message_bytes, const struct websocket_up *up, void *up_state,
	       struct websocket **out)
{
	struct conn *c = r->conn;
	struct ws_deflate deflate = {.on = false};
	struct websocket *w;
	int error = ws_handshake_check(r->head);

	if (!error)
		error = answer_handshake(r, mount, &deflate);
	if (error)
		return error;
	w = conn_set_up(c, &websocket_conn_up);
	w->mount = mount;
	w->deflate = deflate;
	w->up = up;
	w->up_state = up_state;
	w->message_bytes = message_bytes;
	w->heard_ms = c->loop->now_ms;
	w->close_code = CODE_LOST;
	counter_add(&c->loop->counters, COUNTER_WEBSOCKETS, 1);
	*out = w;
	return 0;
}

static void
ask_for_last_words(struct websocket *w, int error)
{
	if (w->up && w->up->on_fault && !w->is_closing)
		w->up->on_fault(w->up_state, error);
}

/* Fail the connection as RFC 6455 7.1.7 says: close frame, then the end. */
static void
fail(struct websocket *w, int error)
{
	struct loop *l = conn_around(w)->loop;

	if (error == -E_NOMEM)
		loop_no_memory(l);
	else
		counter_add(&l->counters,
			    error == -E_FLOOD ? COUNTER_FLOODS : COUNTER_PARSE_ERRORS, 1);
	ask_for_last_words(w, error);
	websocket_close(w, error_ws_code(error), (struct str){NULL, 0});
	conn_end(conn_around(w));
}

static void
tell_message(struct websocket *w, enum ws_opcode opcode, char *data, size_t n)
{
	counter_add(&conn_around(w)->loop->counters, COUNTER_MESSAGES_IN, 1);
	if (w->up)
		w->up->on_message(w->up_state,
				  opcode == WS_TEXT ? FRAME_TEXT : FRAME_BINARY, data, n);
}

static int
tell_inflated(struct websocket *w, enum ws_opcode opcode, struct str packed)
{
	struct buf text = BUF_INIT;
	struct deflate_pool *pool = pool_of(conn_around(w)->loop);
	int error = pool ? inflate_message(pool, w->deflate.client_bits, packed,
					   w->message_bytes, &text)
			 : -E_NOMEM;

	if (!error && opcode == WS_TEXT && !utf8_is_valid(buf_str(&text)))
		error = -E_UTF8;
	if (!error)
		tell_message(w, opcode, text.data, text.len);
	buf_fini(&text);
	return error;
}

/* What cannot be compressed grows a little when somebody tries (RFC 1951 3.2.4: five bytes a
 * block, of half a kilobyte in the smallest window). The inflated size is what counts, and is
 * checked afterwards. */
static uint64_t
wire_limit(const struct websocket *w)
{
	return w->message_bytes + (w->deflate.on ? w->message_bytes / 64 + 64 : 0);
}

static void
drop_message(struct websocket *w)
{
	if (!w->incoming)
		return;
	buf_fini(&w->incoming->fragments);
	spare_give(w->incoming, sizeof(*w->incoming));
	w->incoming = NULL;
}

/* NULL when memory is short. */
static struct incoming *
get_incoming(struct websocket *w)
{
	if (!w->incoming)
		w->incoming = spare_zeros(sizeof(*w->incoming));
	return w->incoming;
}

static void
count_stray(struct websocket *w)
{
	counter_add(&conn_around(w)->loop->counters, COUNTER_STRAY_PACKETS, 1);
}

/* Errors: -E_TOO_LARGE, -E_NOMEM. */
static int
keep_fragment(struct websocket *w, const struct ws_slice *s)
{
	struct incoming *in = get_incoming(w);

	if (!in)
		return -E_NOMEM;
	if (in->fragments.len + s->len > (s->deflated ? wire_limit(w) : w->message_bytes))
		return -E_TOO_LARGE;
	buf_add(&in->fragments, s->data, s->len);
	return in->fragments.failed ? -E_NOMEM : 0;
}

/* A slice of a message: most come whole and are passed on where they lie. */
static int
on_data(struct websocket *w, const struct ws_slice *s)
{
	char *data = s->data;
	size_t n = s->len;
	int error = 0;

	if (!s->is_first || !s->is_last) {
		error = keep_fragment(w, s);
		if (!s->is_last)
			count_stray(w);
		if (error || !s->is_last)
			return error;
		data = w->incoming->fragments.data;
		n = w->incoming->fragments.len;
	}
	if (!s->deflated && n > w->message_bytes)
		return -E_TOO_LARGE;
	if (s->deflated)
		error = tell_inflated(w, s->opcode, (struct str){data, n});
	else
		tell_message(w, s->opcode, data, n);
	drop_message(w);
	return error;
}

static void
on_peer_close(struct websocket *w, struct str payload)
{
	int code = ws_close_code(payload);

	w->close_code = (uint16_t)code;
	ask_for_last_words(w, 0);
	websocket_close(w, code, str_skip(payload, payload.len ? 2 : 0));
	conn_end(conn_around(w));
}

static void
on_control(struct websocket *w, const struct ws_slice *s)
{
	struct str payload = {s->data, s->len};
	struct frame *f;

	count_stray(w);
	if (s->opcode == WS_CLOSE) {
		on_peer_close(w, payload);
		return;
	}
	if (s->opcode != WS_PING || w->is_closing)
		return;
	f = ws_frame_of(WS_PONG, payload);
	if (f &&
	    send_queue_fits(&conn_around(w)->out, f->len, w->mount->queue_hard_bytes))
		conn_send(conn_around(w), f);
	frame_unref(f);
}

static bool
is_over(const struct websocket *w)
{
	const struct conn *c = conn_around(w);

	return c->is_closed || c->is_ending;
}

/* Who sends faster than it reads waits until it has read. */
static bool
is_behind(const struct websocket *w)
{
	return send_queue_held(&conn_around(w)->out) > w->mount->queue_soft_bytes;
}

/* Errors: -E_NOMEM. */
static int
keep_parser(struct websocket *w, const struct ws_parser *parser)
{
	struct incoming *in;

	if (ws_parser_is_idle(parser)) {
		drop_message(w);
		return 0;
	}
	in = get_incoming(w);
	if (!in)
		return -E_NOMEM;
	in->parser = *parser;
	return 0;
}

/* strays_n more packets that nobody needs, whoever on the way up found that out. */
static bool
is_flood(struct websocket *w, uint64_t strays_n)
{
	uint32_t most_n = w->mount->strays_n;

	return strays_n && most_n &&
	       conn_count(conn_around(w), &w->strays_n, (uint32_t)strays_n) > most_n;
}

static long
on_bytes(struct conn *c, char *bytes, size_t n)
{
	struct websocket *w = websocket_of(c);
	struct ws_limits limits = {wire_limit(w), w->mount->fragments_n, w->deflate.on};
	const uint64_t strays_n = counter_get(&c->loop->counters, COUNTER_STRAY_PACKETS);
	struct ws_parser parser = {0};
	size_t used = 0, frames_n = 0;

	w->heard_ms = c->loop->now_ms;
	if (w->incoming)
		parser = w->incoming->parser;
	while (used < n && !is_over(w) && !w->is_held && !is_behind(w)) {
		struct ws_slice slice;
		long taken = ws_parser_feed(&parser, &limits, bytes + used, n - used,
					    &slice);
		int error = taken < 0 ? (int)taken : 0;

		if (taken > 0)
			used += (size_t)taken;
		if (!error && slice.event == WS_EVENT_MORE)
			break;
		frames_n++;
		if (!error && slice.event == WS_EVENT_CONTROL)
			on_control(w, &slice);
		else if (!error && !w->is_closing)
			error = on_data(w, &slice);
		if (error && !is_over(w))
			fail(w, error);
	}
	if (!is_over(w) && keep_parser(w, &parser))
		fail(w, -E_NOMEM);
	c->is_chatty = frames_n > CHATTY_FRAMES;
	if (is_flood(w,
		     counter_get(&c->loop->counters, COUNTER_STRAY_PACKETS) - strays_n) &&
	    !is_over(w))
		fail(w, -E_FLOOD);
	if (!is_over(w) && is_behind(w))
		conn_hold(c, true);
	return (long)used;
}

static void
on_drain(struct conn *c)
{
	struct websocket *w = websocket_of(c);

	conn_hold(c, w->is_held);
	if (!c->is_closed && w->up)
		w->up->on_drain(w->up_state);
}

static void
on_end(struct conn *c)
{
	conn_close(c, 0);
}

static void
on_close(struct conn *c, int error)
{
	struct websocket *w = websocket_of(c);

	(void)error;
	counter_sub(&c->loop->counters, COUNTER_WEBSOCKETS, 1);
	if (w->up)
		w->up->on_close(w->up_state, w->close_code);
	w->up = NULL;
}

static void
on_free(struct conn *c)
{
	drop_message(websocket_of(c));
}

static const struct conn_up websocket_conn_up = {on_bytes, on_drain, on_end, on_close,
						 on_free};

/* The compressed form of a frame is made once for each window and hangs on it for everybody. */
static struct frame *
deflated(struct websocket *w, struct frame *f)
{
	struct frame *twin = frame_deflated(f, w->deflate.server_bits);
	struct deflate_pool *pool = pool_of(conn_around(w)->loop);
	struct buf packed = BUF_INIT;
	uint8_t header[WS_HEADER_BYTES];
	size_t head;

	if (twin)
		return frame_ref(twin);
	if (!pool ||
	    deflate_message(pool, w->deflate.server_bits, frame_payload(f), &packed)) {
		buf_fini(&packed);
		return frame_ref(f);
	}
	head = ws_header(f->kind == FRAME_TEXT ? WS_TEXT : WS_BINARY, true, packed.len,
			 header);
	twin = frame_new(f->kind, head, packed.len);
	if (twin) {
		memcpy(twin->bytes, header, head);
		memcpy(twin->bytes + head, packed.data, packed.len);
		twin->is_shared = f->is_shared;
		frame_add_deflated(f, w->deflate.server_bits, twin);
	}
	buf_fini(&packed);
	return twin ? twin : frame_ref(f);
}

/* May f be queued? */
static inline int
check(const struct websocket *w, const struct frame *f)
{
	if (w->is_closing)
		return -E_GONE;
	return send_queue_fits(&conn_around(w)->out, f->len, w->mount->queue_hard_bytes)
		       ? 0
		       : -E_FULL;
}

/* So many messages in one frame. */
static inline int
queue(struct websocket *w, struct frame *f, uint32_t messages_n)
{
	struct conn *c = conn_around(w);
	int error = conn_send(c, f);

	if (!error)
		counter_add(&c->loop->counters, COUNTER_MESSAGES_OUT, messages_n);
	return error;
}

int
websocket_send(struct websocket *w, struct frame *f)
{
	size_t payload = f->len - f->head;
	int error = check(w, f);

	if (error)
		return error;
	if (!w->deflate.on || payload < w->mount->deflate_min_bytes)
		return queue(w, f, 1);
	f = deflated(w, f);
	error = queue(w, f, 1);
	frame_unref(f);
	return error;
}

int
websocket_send_joined(struct websocket *w, struct frame *f, uint32_t n)
{
	int error;

	if (n == 1)
		return websocket_send(w, f);
	if (w->deflate.on)
		return -E_UNSUPPORTED;
	error = check(w, f);
	return error ? error : queue(w, f, n);
}

void
websocket_pause(struct websocket *w)
{
	conn_pause(conn_around(w));
}

void
websocket_fetch(const struct websocket *w)
{
	const struct conn *c = conn_around(w);

	__builtin_prefetch(&c->out);
	__builtin_prefetch(&c->flush);
}

size_t
websocket_queued(const struct websocket *w)
{
	return send_queue_held(&conn_around(w)->out);
}

void
websocket_ping(struct websocket *w)
{
	struct frame *f = ws_frame_of(WS_PING, (struct str){NULL, 0});

	if (f && !w->is_closing)
		conn_send(conn_around(w), f);
	frame_unref(f);
}

uint64_t
websocket_heard_ms(const struct websocket *w)
{
	return w->heard_ms;
}

void
websocket_close(struct websocket *w, int code, struct str reason)
{
	struct conn *c = conn_around(w);
	struct frame *f;

	if (w->is_closing || is_over(w))
		return;
	f = ws_frame_close(code, reason);
	if (f)
		conn_send(c, f);
	frame_unref(f);
	w->is_closing = true;
	w->is_held = false;
	conn_set_deadline(c, CLOSE_WAIT_MS);
	conn_hold(c, false); /* may read what ends it */
}

void
websocket_hold(struct websocket *w, bool hold)
{
	if (w->is_closing || is_over(w))
		return;
	w->is_held = hold;
	conn_hold(conn_around(w), hold || is_behind(w));
}

void
websocket_abort(struct websocket *w)
{
	conn_close(conn_around(w), 0);
}

void
websocket_set_up(struct websocket *w, const struct websocket_up *up, void *up_state)
{
	w->up = up;
	w->up_state = up_state;
}

void
websocket_forget(struct websocket *w)
{
	w->up = NULL;
}

struct conn *
websocket_conn(const struct websocket *w)
{
	return conn_around(w);
}
