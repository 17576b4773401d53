/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/http_conn.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/spare.h"
#include "config/config.h"
#include "transport/admission.h"
#include "transport/client_address.h"

#include <stdlib.h>

/* Pipelined bytes that may wait behind a request that is being answered, and answers that may
 * wait for a client that asks on without reading them. */
enum { WAITING_BYTES = 16384, ANSWERS_BYTES = 65536 };

/* So many requests in one piece of input are many. */
enum { CHATTY_REQUESTS = 16 };

struct http_conn {
	struct http_server *server;
	struct http_parser *parser; /* NULL between requests */
	struct request *request;    /* from its head to its answer */
	bool is_serving : 1;        /* the handler has it */
	bool is_waiting : 1;        /* for the next second: this one's requests came */
	bool has_deadline : 1;
	uint32_t later_ms : 29;      /* it is so much behind its timer */
	uint32_t counted;            /* requests of this second */
	struct wheel_timer deadline; /* not taken back: a request changes it some times */
};

_Static_assert(sizeof(struct http_conn) <= CONN_ROOM_BYTES, "it is in the room");

static const struct conn_up http_up;

static struct http_conn *
http_of(struct conn *c)
{
	return (void *)c->room;
}

static void
free_request(struct request *r)
{
	arena_fini(&r->arena);
	buf_fini(&r->body);
	buf_fini(&r->headers);
	spare_give(r, sizeof(*r));
}

static void
forget_request(struct http_conn *h)
{
	if (h->request)
		free_request(h->request);
	http_parser_free(h->parser);
	h->request = NULL;
	h->parser = NULL;
}

/* No byte of a request has come. */
static bool
is_idle(const struct http_conn *h)
{
	return !h->request && (!h->parser || http_parser_is_idle(h->parser));
}

/* 0: none. */
static void
set_deadline(struct http_conn *h, uint32_t ms)
{
	struct loop *l = h->server->loop;
	uint64_t at_ms = l->now_ms + ms;

	h->has_deadline = ms != 0;
	h->later_ms = 0;
	if (!ms)
		return;
	if (wheel_is_set(&h->deadline) && h->deadline.at_ms <= at_ms)
		h->later_ms = (uint32_t)(at_ms - h->deadline.at_ms);
	else
		wheel_set(&l->wheel, &h->deadline, at_ms);
}

static void
tell_abort(struct http_conn *h)
{
	struct request *r = h->request;

	if (r && r->on_abort) {
		void (*on_abort)(struct request *) = r->on_abort;

		r->on_abort = NULL;
		on_abort(r);
	}
}

/* The bytes are no request, or stopped being one: answer and end. */
static void
refuse_bytes(struct http_conn *h, int error)
{
	struct request r = {.conn = conn_around(h), .server = h->server};

	tell_abort(h);
	if (h->request) /* its own: a page of another origin may see what went wrong */
		r.headers = h->request->headers;
	counter_add(&h->server->loop->counters, COUNTER_REQUESTS, 1);
	set_deadline(h, 0);
	request_refuse(&r, error);
}

static void
on_deadline(struct wheel_timer *t)
{
	struct http_conn *h = CONTAINER_OF(t, struct http_conn, deadline);

	if (!h->has_deadline)
		return;
	if (h->later_ms) {
		wheel_set(&h->server->loop->wheel, t, t->at_ms + h->later_ms);
		h->later_ms = 0;
		return;
	}
	h->has_deadline = false;
	if (h->is_waiting) {
		h->is_waiting = false;
		set_deadline(h, h->server->times->keepalive_timeout_ms);
		conn_hold(conn_around(h), false);
		return;
	}
	if (is_idle(h)) {
		conn_end(conn_around(h));
		return;
	}
	counter_add(&h->server->loop->counters, COUNTER_REQUEST_TIMEOUTS, 1);
	refuse_bytes(h, -E_HTTP_TIMEOUT);
}

void
http_conn_start(struct http_server *s, struct conn *c)
{
	struct http_conn *h = conn_set_up(c, &http_up);

	h->server = s;
	wheel_timer_init(&h->deadline, on_deadline);
	list_add_tail(&s->conns, &c->link);
	set_deadline(h, s->times->head_timeout_ms);
	conn_start(c);
}

/* Behind a proxy the connection is the client's while his request, or what it became, is there.
 * Errors: as admission_take. */
static int
count_for(struct conn *c, const struct address *client)
{
	int error;

	if (!c->client)
		return 0;
	error = admission_move(c->admission, c->client, client, c->loop->now_ms);
	if (!error)
		*c->client = *client;
	else
		counter_add(&c->loop->counters, COUNTER_REFUSED_CONNECTIONS, 1);
	return error;
}

/* The head is there: find the route and ask it. */
static void
begin(struct http_conn *h)
{
	struct request *r = h->request;
	const struct http_head *head = r->head;
	int error = count_for(conn_around(h), &r->client);

	if (error) {
		request_refuse(r, error);
		return;
	}
	r->route = router_find(h->server->router, str_from(h->server->listener),
			       head->host, head->uri.path);
	if (!r->route) {
		request_refuse(r, -E_NOT_FOUND);
		return;
	}
	if (r->route->begin && r->route->begin(r) == ROUTE_TAKEN)
		return;
	if (head->has_body)
		set_deadline(h, h->server->times->body_timeout_ms);
	if (head->expect_continue && head->has_body) {
		struct str text = STR("HTTP/1.1 100 Continue\r\n\r\n");
		struct frame *f = frame_new(FRAME_RAW, 0, text.len);

		if (f) {
			memcpy(f->bytes, text.ptr, text.len);
			conn_send(conn_around(h), f);
			frame_unref(f);
		}
	}
}

static int
on_head(struct http_conn *h)
{
	struct request *r = spare_zeros(sizeof(*r));

	if (!r)
		return -E_NOMEM;
	counter_add(&h->server->loop->counters, COUNTER_REQUESTS, 1);
	conn_count(conn_around(h), &h->counted, 1);
	r->conn = conn_around(h);
	r->server = h->server;
	r->headers = buf_in(r->room, sizeof(r->room));
	r->head = http_parser_head(h->parser);
	r->client = client_address(h->server->trusted, &conn_around(h)->peer, r->head);
	h->request = r;
	begin(h);
	return 0;
}

static void
on_done(struct http_conn *h)
{
	set_deadline(h, 0);
	h->is_serving = true;
	if (!h->request->body.failed) {
		h->request->route->serve(h->request);
		return;
	}
	tell_abort(h); /* whoever was promised this body */
	request_refuse(h->request, -E_NOMEM);
}

/* One event of the parser. Returns false when the bytes that follow have to wait. */
static bool
on_event(struct http_conn *h, enum http_event event, struct str body)
{
	struct conn *c = conn_around(h);
	int error = 0;

	switch (event) {
	case HTTP_MORE:
		if (!h->request && !is_idle(h) && !h->has_deadline)
			set_deadline(h, h->server->times->head_timeout_ms);
		return false;
	case HTTP_HEAD_DONE:
		error = on_head(h);
		break;
	case HTTP_BODY:
		buf_add_str(&h->request->body, body);
		break;
	case HTTP_DONE:
		on_done(h);
		break;
	}
	if (error)
		refuse_bytes(h, error);
	return !c->is_closed && !c->is_ending && !c->is_moving && c->up == &http_up;
}

/* The next request waits until the answers before it are written; how long that may take is
 * the connection's business (write_timeout). */
static bool
must_drain(struct http_conn *h)
{
	if (send_queue_held(&conn_around(h)->out) <= ANSWERS_BYTES)
		return false;
	set_deadline(h, 0);
	conn_hold(conn_around(h), true);
	return true;
}

/* So many requests in a second, and what waits behind them waits for the next. */
static bool
must_wait(struct http_conn *h)
{
	struct conn *c = conn_around(h);
	uint32_t most_n = h->server->times->requests_n;

	if (!most_n || conn_count(c, &h->counted, 0) < most_n)
		return false;
	counter_add(&c->loop->counters, COUNTER_REQUESTS_DELAYED, 1);
	h->is_waiting = true;
	set_deadline(h, CONN_SECOND_MS - (uint32_t)(c->loop->now_ms % CONN_SECOND_MS));
	conn_hold(c, true);
	return true;
}

static long
take(struct http_conn *h, char *bytes, size_t n)
{
	struct conn *c = conn_around(h);
	bool was_idle = is_idle(h);
	size_t used = 0, requests_n = 0;

	if (h->is_serving) {
		if (n > WAITING_BYTES)
			conn_hold(c, true);
		return 0;
	}
	if (h->is_waiting)
		return 0;
	if (was_idle)
		set_deadline(h, h->server->times->head_timeout_ms);
	for (;;) {
		enum http_event event;
		struct str body;
		long taken;

		if (!h->request && (must_drain(h) || (n && must_wait(h))))
			return (long)used;
		if (!h->parser)
			h->parser = http_parser_new(&h->server->limits);
		if (!h->parser)
			return -E_NOMEM;
		taken = http_parser_feed(h->parser, bytes + used, n - used, &event,
					 &body);
		if (taken < 0) {
			refuse_bytes(h, (int)taken);
			return (long)n;
		}
		used += (size_t)taken;
		if (event == HTTP_HEAD_DONE)
			c->is_chatty = ++requests_n > CHATTY_REQUESTS;
		if (!on_event(h, event, body) || h->is_serving)
			return (long)used;
		if (used == n && !h->request)
			return (long)used;
	}
}

/* The client has ended its side: what it asked before is answered, then it is over. */
static void
go_on_to_end(struct http_conn *h)
{
	struct conn *c = conn_around(h);

	if (c->is_closed || c->is_ending || c->is_moving || c->up != &http_up)
		return;
	if (h->is_serving && h->request->on_abort && !h->request->outlives_end)
		conn_close(c, 0);
	else if (h->is_serving)
		conn_hold(c, true); /* the answer is still to come */
	else if (!c->is_held)
		conn_end(c); /* nothing waits until answers before it are written */
}

static long
on_bytes(struct conn *c, char *bytes, size_t n)
{
	long used = take(http_of(c), bytes, n);

	if (used >= 0 && c->is_half_closed && c->up == &http_up)
		go_on_to_end(http_of(c));
	return used;
}

static void
on_end(struct conn *c)
{
	go_on_to_end(http_of(c));
}

static void
on_drain(struct conn *c)
{
	struct http_conn *h = http_of(c);

	if (h->is_serving || h->is_waiting)
		return;
	if (is_idle(h))
		set_deadline(h, h->server->times->keepalive_timeout_ms);
	conn_hold(c, false);
}

static void
on_close(struct conn *c, int error)
{
	struct http_conn *h = http_of(c);

	(void)error;
	tell_abort(h);
	wheel_cancel(&c->loop->wheel, &h->deadline);
}

static void
on_free(struct conn *c)
{
	forget_request(http_of(c));
}

static const struct conn_up http_up = {on_bytes, on_drain, on_end, on_close, on_free};

/* A request without body that was answered at its head: let the parser see its end.
 * Errors: those of the parser. */
static int
skip_to_done(struct http_conn *h)
{
	enum http_event event;
	struct str body;
	long used = http_parser_feed(h->parser, "", 0, &event, &body);

	return used < 0 ? (int)used : event == HTTP_DONE ? 0 : -E_STATE;
}

void
http_conn_finish(struct request *r, bool close)
{
	struct http_conn *h = http_of(r->conn);
	struct conn *c = r->conn;
	bool was_serving = h->is_serving;

	h->is_serving = false;
	set_deadline(h, 0);
	if (r == h->request) {
		free_request(r);
		h->request = NULL;
	}
	if (close || h->server->is_draining ||
	    (c->is_half_closed && !conn_input_n(c) && !c->is_offering)) {
		conn_end(c);
		return;
	}
	if (!was_serving && skip_to_done(h)) {
		conn_end(c);
		return;
	}
	http_parser_free(h->parser);
	h->parser = NULL;
	(void)!count_for(c, &admission_nobody); /* of nobody there is no limit */
	set_deadline(h, h->server->times->keepalive_timeout_ms);
	conn_hold(c, false);
	if (was_serving)
		conn_again(c);
}

void
request_limit_body(struct request *r, uint64_t bytes)
{
	http_parser_limit_body(http_of(r->conn)->parser, bytes);
}

void
http_conn_leave(struct request *r)
{
	struct http_conn *h = http_of(r->conn);

	wheel_cancel(&h->server->loop->wheel, &h->deadline);
	list_remove(&conn_around(h)->link);
	list_add_tail(&h->server->upgraded, &conn_around(h)->link);
	forget_request(h);
}

static void
arrived(struct conn *c)
{
	struct http_conn *h = http_of(c);

	h->server = h->server->sibling[c->loop->id];
	h->request->server = h->server;
	list_add_tail(&h->server->conns, &c->link);
	begin(h);
}

void
http_conn_move(struct request *r, struct loop *to)
{
	struct http_conn *h = http_of(r->conn);

	h->has_deadline = false;
	wheel_cancel(&r->conn->loop->wheel, &h->deadline);
	conn_move(r->conn, to, arrived);
}

void
http_conn_drain(struct conn *c)
{
	struct http_conn *h = http_of(c);

	if (is_idle(h))
		conn_end(c);
}
