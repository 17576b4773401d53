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

struct websocket {
	struct conn *conn;
	const struct config_mount *mount;
	struct ws_deflate deflate;
	bool is_closing;     /* a close frame was sent */
	bool is_held;        /* by the session above */
	uint16_t close_code; /* to be told to up */
	uint32_t message_bytes;
	const struct websocket_up *up;
	void *up_state;
	struct ws_parser parser;
	struct buf *message; /* fragments of the message under way; NULL: none */
	uint64_t heard_ms;
};

static const struct conn_up websocket_conn_up;

/* NULL when memory is short. */
static struct deflate_pool *
pool_of(struct loop *l)
{
	if (!l->deflate)
		l->deflate = deflate_pool_new();
	return l->deflate;
}

static int
answer_handshake(struct request *r, struct websocket *w)
{
	char accept[WS_ACCEPT_BYTES], room[256];
	struct buf lines = buf_in(room, sizeof(room)), extension = BUF_INIT;
	int error;

	ws_accept_key(http_header_get(r->head, STR("sec-websocket-key")), accept);
	buf_add_str(&lines, STR("Upgrade: websocket\r\nConnection: Upgrade\r\n"
				"Sec-WebSocket-Accept: "));
	buf_add(&lines, accept, sizeof(accept));
	buf_add_str(&lines, STR("\r\n"));
	if (w->mount->deflate) {
		struct str offers = http_header_list(
			r->head, STR("sec-websocket-extensions"), &r->arena);

		ws_deflate_negotiate(offers, &w->deflate, &extension);
	}
	if (w->deflate.on)
		buf_printf(&lines, "Sec-WebSocket-Extensions: %.*s\r\n",
			   STR_ARG(buf_str(&extension)));
	error = lines.failed || extension.failed ? -E_NOMEM : 0;
	if (!error)
		error = request_upgrade(r, buf_str(&lines), &websocket_conn_up, w);
	buf_fini(&lines);
	buf_fini(&extension);
	return error;
}

int
websocket_open(struct request *r, const struct config_mount *mount,
	       uint32_t message_bytes, const struct websocket_up *up, void *up_state,
	       struct websocket **out)
{
	struct websocket *w;
	int error = ws_handshake_check(r->head);

	if (error)
		return error;
	w = slab_new(&r->conn->loop->slab, sizeof(*w));
	if (!w)
		return -E_NOMEM;
	w->conn = r->conn;
	w->mount = mount;
	w->up = up;
	w->up_state = up_state;
	w->message_bytes = message_bytes;
	w->heard_ms = r->conn->loop->now_ms;
	w->close_code = CODE_LOST;
	error = answer_handshake(r, w);
	if (error) {
		slab_free(&r->conn->loop->slab, w, sizeof(*w));
		return error;
	}
	counter_add(&w->conn->loop->counters, COUNTER_WEBSOCKETS, 1);
	*out = w;
	return 0;
}

/* Fail the connection as RFC 6455 7.1.7 says: close frame, then the end. */
static void
fail(struct websocket *w, int error)
{
	counter_add(&w->conn->loop->counters,
		    error == -E_FLOOD ? COUNTER_FLOODS : COUNTER_PARSE_ERRORS, 1);
	if (w->up && w->up->on_fault && !w->is_closing)
		w->up->on_fault(w->up_state, error);
	websocket_close(w, error_ws_code(error), (struct str){NULL, 0});
	conn_end(w->conn);
}

static void
tell_message(struct websocket *w, enum ws_opcode opcode, char *data, size_t n)
{
	counter_add(&w->conn->loop->counters, COUNTER_MESSAGES_IN, 1);
	if (w->up)
		w->up->on_message(w->up_state,
				  opcode == WS_TEXT ? FRAME_TEXT : FRAME_BINARY, data, n);
}

static int
tell_inflated(struct websocket *w, enum ws_opcode opcode, struct str packed)
{
	struct buf text = BUF_INIT;
	struct deflate_pool *pool = pool_of(w->conn->loop);
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
	if (!w->message)
		return;
	buf_fini(w->message);
	spare_give(w->message, sizeof(*w->message));
	w->message = NULL;
}

static void
count_stray(struct websocket *w)
{
	counter_add(&w->conn->loop->counters, COUNTER_STRAY_PACKETS, 1);
}

/* Errors: -E_TOO_LARGE, -E_NOMEM. */
static int
keep_fragment(struct websocket *w, const struct ws_slice *s)
{
	if (!w->message)
		w->message = spare_zeros(sizeof(*w->message));
	if (!w->message)
		return -E_NOMEM;
	if (w->message->len + s->len > (s->deflated ? wire_limit(w) : w->message_bytes))
		return -E_TOO_LARGE;
	buf_add(w->message, s->data, s->len);
	return w->message->failed ? -E_NOMEM : 0;
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
		data = w->message->data;
		n = w->message->len;
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
	websocket_close(w, code, str_skip(payload, payload.len ? 2 : 0));
	conn_end(w->conn);
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
	if (f && send_queue_fits(&w->conn->out, f->len, w->mount->queue_hard_bytes))
		conn_send(w->conn, f);
	frame_unref(f);
}

static bool
is_over(const struct websocket *w)
{
	return w->conn->is_closed || w->conn->is_ending;
}

/* Who sends faster than it reads waits until it has read. */
static bool
is_behind(const struct websocket *w)
{
	return send_queue_held(&w->conn->out) > w->mount->queue_soft_bytes;
}

/* strays_n more packets that nobody needs, whoever on the way up found that out. */
static bool
is_flood(struct websocket *w, uint64_t strays_n)
{
	uint32_t most_n = w->mount->strays_n;

	return strays_n && most_n && conn_count(w->conn, (uint32_t)strays_n) > most_n;
}

static long
on_bytes(struct conn *c, char *bytes, size_t n)
{
	struct websocket *w = c->up_state;
	struct ws_limits limits = {wire_limit(w), w->mount->fragments_n, w->deflate.on};
	const uint64_t strays_n = counter_get(&c->loop->counters, COUNTER_STRAY_PACKETS);
	size_t used = 0, frames_n = 0;

	w->heard_ms = c->loop->now_ms;
	while (used < n && !is_over(w) && !w->is_held && !is_behind(w)) {
		struct ws_slice slice;
		long taken = ws_parser_feed(&w->parser, &limits, bytes + used, n - used,
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
	struct websocket *w = c->up_state;

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
	struct websocket *w = c->up_state;

	(void)error;
	counter_sub(&c->loop->counters, COUNTER_WEBSOCKETS, 1);
	if (w->up)
		w->up->on_close(w->up_state, w->close_code);
	w->up = NULL;
}

static void
on_free(struct conn *c)
{
	struct websocket *w = c->up_state;

	drop_message(w);
	slab_free(&c->loop->slab, w, sizeof(*w));
}

static const struct conn_up websocket_conn_up = {on_bytes, on_drain, on_end, on_close,
						 on_free};

/* The compressed form of a frame is made once for each window and hangs on it for everybody. */
static struct frame *
deflated(struct websocket *w, struct frame *f)
{
	struct frame *twin = frame_deflated(f, w->deflate.server_bits);
	struct deflate_pool *pool = pool_of(w->conn->loop);
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

int
websocket_send(struct websocket *w, struct frame *f)
{
	size_t payload = f->len - f->head;
	int error;

	if (w->is_closing)
		return -E_GONE;
	if (!send_queue_fits(&w->conn->out, f->len, w->mount->queue_hard_bytes))
		return -E_FULL;
	counter_add(&w->conn->loop->counters, COUNTER_MESSAGES_OUT, 1);
	if (!w->deflate.on || payload < w->mount->deflate_min_bytes)
		return conn_send(w->conn, f);
	f = deflated(w, f);
	error = conn_send(w->conn, f);
	frame_unref(f);
	return error;
}

void
websocket_pause(struct websocket *w)
{
	conn_pause(w->conn);
}

void
websocket_fetch(const struct websocket *w)
{
	__builtin_prefetch(&w->conn->out);
	__builtin_prefetch(&w->conn->flush);
}

size_t
websocket_queued(const struct websocket *w)
{
	return send_queue_held(&w->conn->out);
}

void
websocket_ping(struct websocket *w)
{
	struct frame *f = ws_frame_of(WS_PING, (struct str){NULL, 0});

	if (f && !w->is_closing)
		conn_send(w->conn, f);
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
	struct frame *f;

	if (w->is_closing || is_over(w))
		return;
	f = ws_frame_close(code, reason);
	if (f)
		conn_send(w->conn, f);
	frame_unref(f);
	w->is_closing = true;
	w->is_held = false;
	conn_set_deadline(w->conn, CLOSE_WAIT_MS);
	conn_hold(w->conn, false); /* may read what ends it */
}

void
websocket_hold(struct websocket *w, bool hold)
{
	if (w->is_closing || is_over(w))
		return;
	w->is_held = hold;
	conn_hold(w->conn, hold || is_behind(w));
}

void
websocket_abort(struct websocket *w)
{
	conn_close(w->conn, 0);
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
	return w->conn;
}
