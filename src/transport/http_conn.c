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
	struct conn *conn;
	struct http_server *server;
	struct http_parser *parser; /* NULL between requests */
	struct request *request;    /* from its head to its answer */
	bool is_serving;            /* the handler has it */
	bool is_waiting;            /* for the next second: this one's requests came */
	bool has_deadline;
	uint32_t later_ms;           /* it is so much behind its timer */
	struct wheel_timer deadline; /* not taken back: a request changes it some times */
};

static const struct conn_up http_up;

static void
free_request(struct request *r)
{
	arena_fini(&r->arena);
	buf_fini(&r->body);
	buf_fini(&r->headers);
	spare_give(r, sizeof(*r));
}

static void
free_http(struct http_conn *h)
{
	if (h->request)
		free_request(h->request);
	http_parser_free(h->parser);
	free(h);
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
	struct request r = {.conn = h->conn, .server = h->server};

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
		conn_hold(h->conn, false);
		return;
	}
	if (is_idle(h)) {
		conn_end(h->conn);
		return;
	}
	counter_add(&h->server->loop->counters, COUNTER_REQUEST_TIMEOUTS, 1);
	refuse_bytes(h, -E_HTTP_TIMEOUT);
}

int
http_conn_start(struct http_server *s, struct conn *c)
{
	struct http_conn *h = memory_new(sizeof(*h));

	conn_set_up(c, &http_up, h);
	if (!h)
		return -E_NOMEM;
	h->conn = c;
	h->server = s;
	wheel_timer_init(&h->deadline, on_deadline);
	c->write_timeout_ms = s->times->write_timeout_ms;
	list_add_tail(&s->conns, &c->link);
	set_deadline(h, s->times->head_timeout_ms);
	conn_start(c);
	return 0;
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
	int error = count_for(h->conn, &r->client);

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
			conn_send(h->conn, f);
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
	conn_count(h->conn, 1);
	r->conn = h->conn;
	r->server = h->server;
	r->headers = buf_in(r->room, sizeof(r->room));
	r->head = http_parser_head(h->parser);
	r->client = client_address(h->server->trusted, &h->conn->peer, r->head);
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
	struct conn *c = h->conn;
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
	return !c->is_closed && !c->is_ending && !c->move && c->up == &http_up;
}

/* The next request waits until the answers before it are written; how long that may take is
 * the connection's business (write_timeout). */
static bool
must_drain(struct http_conn *h)
{
	if (send_queue_held(&h->conn->out) <= ANSWERS_BYTES)
		return false;
	set_deadline(h, 0);
	conn_hold(h->conn, true);
	return true;
}

/* So many requests in a second, and what waits behind them waits for the next. */
static bool
must_wait(struct http_conn *h)
{
	struct conn *c = h->conn;
	uint32_t most_n = h->server->times->requests_n;

	if (!most_n || conn_count(c, 0) < most_n)
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
	struct conn *c = h->conn;
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
	struct conn *c = h->conn;

	if (c->is_closed || c->is_ending || c->move || c->up != &http_up)
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
	long used = take(c->up_state, bytes, n);

	if (used >= 0 && c->is_half_closed && c->up == &http_up)
		go_on_to_end(c->up_state);
	return used;
}

static void
on_end(struct conn *c)
{
	go_on_to_end(c->up_state);
}

static void
on_drain(struct conn *c)
{
	struct http_conn *h = c->up_state;

	if (h->is_serving || h->is_waiting)
		return;
	if (is_idle(h))
		set_deadline(h, h->server->times->keepalive_timeout_ms);
	conn_hold(c, false);
}

static void
on_close(struct conn *c, int error)
{
	struct http_conn *h = c->up_state;

	(void)error;
	if (!h)
		return; /* memory was too short to start */
	tell_abort(h);
	wheel_cancel(&c->loop->wheel, &h->deadline);
}

static void
on_free(struct conn *c)
{
	if (c->up_state)
		free_http(c->up_state);
}

static const struct conn_up http_up = {on_bytes, on_drain, on_end, on_close, on_free};

static struct http_conn *
http_of(struct request *r)
{
	return r->conn->up_state;
}

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
	struct http_conn *h = http_of(r);
	struct conn *c = r->conn;
	bool was_serving = h->is_serving;

	h->is_serving = false;
	set_deadline(h, 0);
	if (r == h->request) {
		free_request(r);
		h->request = NULL;
	}
	if (close || h->server->is_draining ||
	    (c->is_half_closed && !c->in && !c->is_offering)) {
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
	http_parser_limit_body(http_of(r)->parser, bytes);
}

void
http_conn_leave(struct request *r)
{
	struct http_conn *h = http_of(r);

	wheel_cancel(&h->server->loop->wheel, &h->deadline);
	list_remove(&h->conn->link);
	list_add_tail(&h->server->upgraded, &h->conn->link);
	conn_set_up(r->conn, NULL, NULL);
	free_http(h);
}

static void
arrived(struct conn *c)
{
	struct http_conn *h = c->up_state;

	h->server = h->server->sibling[c->loop->id];
	h->request->server = h->server;
	list_add_tail(&h->server->conns, &c->link);
	begin(h);
}

void
http_conn_move(struct request *r, struct loop *to)
{
	struct http_conn *h = http_of(r);

	h->has_deadline = false;
	wheel_cancel(&r->conn->loop->wheel, &h->deadline);
	conn_move(r->conn, to, arrived);
}

void
http_conn_drain(struct conn *c)
{
	struct http_conn *h = c->up_state;

	if (is_idle(h))
		conn_end(c);
}
