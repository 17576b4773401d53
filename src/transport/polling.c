/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/polling.h"

#include "base/errors.h"
#include "base/spare.h"
#include "config/config.h"
#include "proto/coding.h"
#include "proto/jsonp.h"
#include "proto/websocket.h"

#include <stdlib.h>

enum {
	/* twice as fast as zlib's own choice, a few percent larger */
	COMPRESSION_LEVEL = 4,
	BODY_ROOM_BYTES = 1024 /* of a payload that is put together without memory */
};

/* What was not fetched yet: there while something is. */
struct waiting {
	struct polling *polling;
	struct send_queue queue;
	struct loop_job flush;
};

struct polling {
	struct loop *loop;
	const struct config_mount *mount;
	const struct polling_up *up; /* NULL: freed at the end of the turn */
	struct request *get, *post;
	union {
		struct {
			void *up_state;
			struct waiting *waiting; /* NULL: nothing */
		};
		struct loop_grave grave; /* once freed */
	};
	uint32_t strays_n; /* of this second, see conn_count */
	uint8_t protocol;
	bool base64;
};

static void
bury(struct loop_grave *g)
{
	struct polling *p = CONTAINER_OF(g, struct polling, grave);

	slab_free(&p->loop->slab, p, sizeof(*p));
}

static const struct send_queue *
queue_of(const struct polling *p)
{
	static const struct send_queue nothing;

	return p->waiting ? &p->waiting->queue : &nothing;
}

static void
drop_waiting(struct polling *p)
{
	struct waiting *w = p->waiting;

	if (!w)
		return;
	loop_job_cancel(&w->flush);
	send_queue_fini(&w->queue);
	spare_give(w, sizeof(*w));
	p->waiting = NULL;
}

static bool
is_binary(const struct polling *p)
{
	const struct send_queue *queue = queue_of(p);

	if (p->protocol != 3 || p->base64)
		return false;
	for (uint32_t i = 0; i < queue->n && i < p->mount->poll_packets_n; i++)
		if (send_queue_at(queue, i)->kind == FRAME_BINARY)
			return true;
	return false;
}

/* The payload as the script that a script tag waits for. */
static void
wrap(struct buf *body, struct str j)
{
	struct buf script = BUF_INIT;

	jsonp_write(&script, j, buf_str(body));
	script.failed |= body->failed;
	buf_fini(body);
	*body = script;
}

/* A large payload in the coding that the client prefers. */
static void
compress(const struct polling *p, struct request *r, struct buf *body)
{
	struct buf coded = BUF_INIT;
	enum coding coding;

	if (!p->mount->poll_compress_bytes || body->len < p->mount->poll_compress_bytes)
		return;
	buf_add_str(&r->headers, STR("Vary: Accept-Encoding\r\n"));
	coding = coding_choose(r->head);
	if (coding == CODING_IDENTITY)
		return;
	if (coding_write(coding, COMPRESSION_LEVEL, buf_str(body), &coded)) {
		buf_fini(&coded); /* then as it is */
		return;
	}
	buf_printf(&r->headers, "Content-Encoding: %.*s\r\n",
		   STR_ARG(coding_name(coding)));
	buf_fini(body);
	*body = coded;
}

/* Answer the waiting GET with the oldest packets, at most packets_n of them. */
static void
answer_get(struct polling *p, uint32_t packets_n)
{
	struct request *r = p->get;
	char room[BODY_ROOM_BYTES];
	struct buf body = buf_in(room, sizeof(room));
	struct answer a = {.status = 200,
			   .type = STR("text/plain; charset=UTF-8"),
			   .headers = STR("Cache-Control: no-store\r\n")};
	bool binary = is_binary(p);
	struct eio_writer w = eio_writer(p->protocol, p->base64, binary, &body);

	for (uint32_t i = 0; p->waiting && i < packets_n; i++) {
		struct frame *f = polling_take(p);

		eio_writer_add(&w, f);
		frame_unref(f);
	}
	if (binary)
		a.type = STR("application/octet-stream");
	if (r->script.ptr) {
		wrap(&body, r->script);
		a.type = STR("text/javascript; charset=UTF-8");
		a.headers = STR(
			"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
	}
	if (!body.failed)
		compress(p, r, &body);
	a.body = buf_str(&body);
	p->get = NULL;
	r->on_abort = NULL;
	if (body.failed)
		request_refuse(r, -E_NOMEM);
	else
		request_answer(r, &a);
	buf_fini(&body);
}

static void
on_flush(struct loop_job *j)
{
	struct polling *p = CONTAINER_OF(j, struct waiting, flush)->polling;

	if (!p->get)
		return;
	answer_get(p, p->mount->poll_packets_n);
	if (p->up) /* a request behind this one on its connection may have ended the session */
		p->up->on_drain(p->up_state);
}

struct polling *
polling_new(struct loop *l, const struct config_mount *mount, int protocol, bool base64,
	    const struct polling_up *up, void *up_state)
{
	struct polling *p = slab_new(&l->slab, sizeof(*p));

	if (!p)
		return NULL;
	p->loop = l;
	p->mount = mount;
	p->protocol = (uint8_t)protocol;
	p->base64 = base64;
	p->up = up;
	p->up_state = up_state;
	return p;
}

void
polling_free(struct polling *p, enum eio_type last)
{
	p->up = NULL;
	if (p->get) {
		/* the end must be in this one, and clients take no more than so many packets */
		if (p->waiting)
			send_queue_cut(&p->waiting->queue, p->mount->poll_packets_n - 1);
		(void)polling_send_digit(p, last); /* full or not, the poll ends */
		answer_get(p, p->mount->poll_packets_n);
	}
	if (p->post)
		p->post->on_abort = NULL;
	drop_waiting(p);
	p->grave.bury = bury;
	loop_bury(p->loop, &p->grave);
}

static void
on_post_abort(struct request *r)
{
	struct polling *p = r->state;

	p->post = NULL;
}

int
polling_begin_post(struct polling *p, struct request *r)
{
	if (p->post) {
		p->up->on_error(p->up_state, -E_STATE);
		return -E_STATE;
	}
	p->post = r;
	r->state = p;
	r->on_abort = on_post_abort;
	request_limit_body(r, p->mount->max_payload_bytes);
	return 0;
}

/* Have posts brought more than they may of what nobody needs, since strays_n were
 * counted? */
static bool
is_flood(struct polling *p, struct request *r, uint64_t strays_n)
{
	uint64_t more_n = counter_get(&p->loop->counters, COUNTER_STRAY_PACKETS) -
			  strays_n;

	return more_n && p->mount->strays_n &&
	       conn_count(r->conn, &p->strays_n, (uint32_t)more_n) > p->mount->strays_n;
}

/* All packets of the body, while up wants them. Errors: -E_PACKET, -E_FLOOD, …. */
static int
read_packets(struct polling *p, struct request *r)
{
	struct str type = http_header_get(r->head, STR("content-type"));
	bool binary = str_eq(type, STR("application/octet-stream"));
	struct eio_reader reader;
	struct eio_packet packet;
	char *body = r->body.data;
	size_t n = r->body.len;
	int got = 0;

	if (binary && p->protocol != 3)
		return -E_PACKET;
	if (r->script.ptr)
		got = jsonp_read(buf_str(&r->body), &r->arena, &body, &n);
	if (got)
		return got;
	reader = eio_reader(p->protocol, binary, body, n);
	while (p->up && (got = eio_reader_next(&reader, &packet)) > 0) {
		uint64_t strays_n = counter_get(&p->loop->counters,
						COUNTER_STRAY_PACKETS);

		p->up->on_packet(p->up_state, &packet);
		if (is_flood(p, r, strays_n))
			return -E_FLOOD;
	}
	return got < 0 ? got : 0;
}

void
polling_post(struct polling *p, struct request *r)
{
	int error = read_packets(p, r);

	r->on_abort = NULL;
	p->post = NULL;
	if (error && p->up)
		p->up->on_error(p->up_state, error);
	if (error)
		request_refuse(r, error == -E_FLOOD ? error : -E_PACKET);
	else
		request_answer(
			r, &(struct answer){.status = 200,
					    .type = STR("text/html"),
					    .headers = STR("Cache-Control: no-store\r\n"),
					    .body = STR("ok")});
}

static void
on_get_abort(struct request *r)
{
	struct polling *p = r->state;

	p->get = NULL;
	if (p->up)
		p->up->on_error(p->up_state, -E_GONE);
}

void
polling_get(struct polling *p, struct request *r)
{
	if (p->get) {
		p->up->on_error(p->up_state, -E_STATE);
		request_refuse(r, -E_PACKET);
		return;
	}
	p->get = r;
	r->state = p;
	r->on_abort = on_get_abort;
	if (p->waiting)
		loop_at_end(p->loop, &p->waiting->flush);
}

/* NULL when memory is short. */
static struct waiting *
get_waiting(struct polling *p)
{
	if (p->waiting)
		return p->waiting;
	p->waiting = spare_zeros(sizeof(*p->waiting));
	if (!p->waiting)
		return NULL;
	p->waiting->polling = p;
	loop_job_init(&p->waiting->flush, on_flush);
	return p->waiting;
}

int
polling_send(struct polling *p, struct frame *f)
{
	struct waiting *w;
	int error;

	if (!send_queue_fits(queue_of(p), f->len, p->mount->queue_hard_bytes))
		return -E_FULL;
	w = get_waiting(p);
	error = w ? send_queue_push(&w->queue, f) : -E_NOMEM;
	if (w && !w->queue.n)
		drop_waiting(p);
	if (!error && p->get)
		loop_at_end(p->loop, &w->flush);
	return error;
}

int
polling_send_digit(struct polling *p, enum eio_type type)
{
	char digit = (char)('0' + type);
	struct frame *f = ws_frame_of(WS_TEXT, (struct str){&digit, 1});
	int error = f ? polling_send(p, f) : -E_NOMEM;

	frame_unref(f);
	return error;
}

bool
polling_is_writable(const struct polling *p)
{
	return p->get != NULL;
}

size_t
polling_queued(const struct polling *p)
{
	return send_queue_held(queue_of(p));
}

struct frame *
polling_take(struct polling *p)
{
	struct frame *f = p->waiting ? send_queue_pop(&p->waiting->queue) : NULL;

	if (p->waiting && !p->waiting->queue.n)
		drop_waiting(p);
	return f;
}
