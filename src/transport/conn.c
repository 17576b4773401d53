/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/conn.h"

#include "base/errors.h"
#include "base/memory.h"
#include "base/spare.h"
#include "config/config.h"
#include "net/stream_memory.h"
#include "transport/admission.h"

#include <stdlib.h>

/* A TLS stream gives a record of 16 KiB at most at a time. */
enum { PARTS_PER_WRITE = 256, READS_PER_EVENT = 4, LINGER_MS = 2000 };

/* What is read at a time of a peer whose messages are tiny: thousands of them in a row would
 * keep the others of its loop waiting. */
enum { CHATTY_BYTES = 4096 };

/* What a connection at rest has not: made when it is needed, gone when nothing is in it. */
struct conn_busy {
	struct conn *conn;
	struct buf in;            /* read but not used */
	struct wheel_timer timer; /* stalled write, pause, deadline or lingering end */
};

struct conn_move {
	struct mail mail;
	struct conn *conn;
	struct loop *to;
	void (*arrived)(struct conn *c);
};

/* A block of 256 with what malloc adds; with its protocol it is a third of a session at rest. */
_Static_assert(sizeof(struct conn) <= 248, "what rests ten thousand times is kept small");

static void on_timer(struct wheel_timer *t);

/* NULL when memory is short. */
static struct conn_busy *
get_busy(struct conn *c)
{
	if (c->busy)
		return c->busy;
	c->busy = spare_zeros(sizeof(*c->busy));
	if (!c->busy)
		return NULL;
	c->busy->conn = c;
	wheel_timer_init(&c->busy->timer, on_timer);
	return c->busy;
}

static void
drop_busy_if_idle(struct conn *c)
{
	struct conn_busy *b = c->busy;

	if (!b || b->in.len || wheel_is_set(&b->timer))
		return;
	spare_give(b, sizeof(*b));
	c->busy = NULL;
}

static void
cancel_timer(struct conn *c)
{
	if (!c->busy)
		return;
	wheel_cancel(&c->loop->wheel, &c->busy->timer);
	drop_busy_if_idle(c);
}

/* False when memory is short. */
static bool
try_timer(struct conn *c, uint32_t ms)
{
	struct conn_busy *b = get_busy(c);

	if (b)
		wheel_set(&c->loop->wheel, &b->timer, c->loop->now_ms + ms);
	return b != NULL;
}

/* Without memory the connection is closed: nothing else would ever end it. */
static void
set_timer(struct conn *c, uint32_t ms)
{
	if (!try_timer(c, ms))
		conn_close(c, -E_NOMEM);
}

static void
drop_input(struct conn *c)
{
	if (!c->busy)
		return;
	buf_fini(&c->busy->in);
	drop_busy_if_idle(c);
}

/* Input is given back here, not on closing: the protocol above may still be looking at it. */
static void
bury(struct loop_grave *g)
{
	struct conn *c = CONTAINER_OF(g, struct conn, grave);

	if (c->up && c->up->on_free)
		c->up->on_free(c);
	drop_input(c);
	if (c->is_moving)
		free(c->move);
	free(c);
}

static void
end_pause(struct conn *c)
{
	if (!c->is_paused)
		return;
	c->is_paused = false;
	loop_at_end(c->loop, &c->flush);
}

static void
on_timer(struct wheel_timer *t)
{
	struct conn *c = CONTAINER_OF(t, struct conn_busy, timer)->conn;

	drop_busy_if_idle(c);
	if (c->is_paused)
		end_pause(c);
	else
		conn_close(c, c->is_ending || c->has_deadline ? 0 : -E_SLOW);
}

static void
watch(struct conn *c)
{
	int what = (c->is_held || c->is_half_closed ? 0 : STREAM_READ) |
		   (c->is_stuck ? STREAM_WRITE : 0);

	if (stream_watch(&c->stream, what))
		conn_close(c, -E_NOMEM);
}

/* Everything of an ending connection is written: say so to the peer and wait for its end. */
static void
finish_ending(struct conn *c)
{
	if (c->is_half_closed) {
		conn_close(c, 0);
		return;
	}
	c->stream.ops->end(&c->stream);
	set_timer(c, LINGER_MS);
	c->is_held = false;
	if (!c->is_closed)
		watch(c);
}

/* While a write is stuck, the peer has to take something in time. */
static void
set_stall_timer(struct conn *c)
{
	if (c->has_deadline)
		return;
	if (c->is_stuck)
		set_timer(c, c->loop->config->http.write_timeout_ms);
	else
		cancel_timer(c);
}

/* n frames were written. True: what follows waits. */
static bool
begin_pause(struct conn *c, uint32_t n)
{
	if (!c->alone_n)
		return false;
	c->alone_n = (uint16_t)(n < c->alone_n ? c->alone_n - n : 0);
	c->is_paused = !c->alone_n && c->out.n;
	return c->is_paused;
}

/* Errors: -E_GONE. */
static int
note_sent(struct conn *c, size_t n)
{
	send_queue_advance(&c->out, n);
	counter_add(&c->loop->counters, COUNTER_BYTES_OUT, n);
	if (n && c->is_stuck)
		set_stall_timer(c);
	return c->is_closed ? -E_GONE : 0;
}

/* What waits, mostly. Errors: -E_GONE. */
static int
write_only_frame(struct conn *c)
{
	struct iovec part;
	ssize_t sent;

	(void)send_queue_parts(&c->out, &part, 1);
	sent = c->stream.ops->writev(&c->stream, &part, 1);
	return sent < 0 ? (int)sent : note_sent(c, (size_t)sent);
}

/* Write until nothing is left, there is no room, or a pause begins. Errors: -E_GONE. */
static int
write_frames(struct conn *c)
{
	struct iovec parts[PARTS_PER_WRITE];
	size_t asked, sent;
	uint32_t before;
	int error;

	do {
		int most = c->alone_n && c->alone_n < PARTS_PER_WRITE ? c->alone_n
								      : PARTS_PER_WRITE;
		int n = send_queue_parts(&c->out, parts, most);
		ssize_t result = c->stream.ops->writev(&c->stream, parts, n);

		if (result < 0)
			return (int)result;
		asked = 0;
		for (int i = 0; i < n; i++)
			asked += parts[i].iov_len;
		sent = (size_t)result;
		before = c->out.n;
		error = note_sent(c, sent);
		if (error)
			return error;
	} while (!begin_pause(c, before - c->out.n) && c->out.n && sent == asked);
	return 0;
}

static int
write_out(struct conn *c)
{
	return c->out.n == 1 && !c->alone_n ? write_only_frame(c) : write_frames(c);
}

static void
flush(struct conn *c)
{
	bool was_stuck = c->is_stuck;

	if (c->is_paused)
		return;
	if (c->out.n && write_out(c)) {
		conn_close(c, -E_GONE);
		return;
	}
	c->is_stuck = c->out.n > 0 && !c->is_paused;
	if (c->is_stuck != was_stuck) {
		set_stall_timer(c);
		if (!c->is_closed)
			watch(c);
	}
	if (c->is_closed || c->is_stuck)
		return;
	if (c->is_paused) {
		set_timer(c, c->stream.ops->pause_ms);
		return;
	}
	if (c->is_ending)
		finish_ending(c);
	else if (was_stuck || c->is_held)
		c->up->on_drain(c);
}

static void
on_flush(struct loop_job *j)
{
	struct conn *c = CONTAINER_OF(j, struct conn, flush);

	if (c->is_moving)
		loop_post(c->move->to, &c->move->mail); /* the last touch on this loop */
	else
		flush(c);
}

/* Behind what is kept already. Errors: -E_NOMEM. */
static int
keep_input(struct conn *c, const char *bytes, size_t n)
{
	struct conn_busy *b = get_busy(c);

	if (!b)
		return -E_NOMEM;
	buf_add(&b->in, bytes, n);
	return b->in.failed ? -E_NOMEM : 0;
}

/* Bytes to the protocol above, and what an exchanged one leaves to the next. Returns how many
 * are left. Errors: the connection was closed or ends. */
static ssize_t
feed(struct conn *c, char *bytes, size_t n)
{
	const struct conn_up *up;

	do {
		long used;

		up = c->up;
		c->offer_again = false;
		c->is_offering = true;
		used = up->on_bytes(c, bytes, n);
		c->is_offering = false;
		if (used < 0 && !c->is_closed && !c->is_ending)
			conn_close(c, (int)used);
		if (used < 0 || c->is_closed || c->is_ending)
			return -E_GONE;
		bytes += used;
		n -= (size_t)used;
	} while (n && !c->is_moving && (c->up != up || c->offer_again));
	return (ssize_t)n;
}

/* Offer bytes to the protocol above; keep what it leaves. */
static void
offer(struct conn *c, char *bytes, size_t n)
{
	bool from_kept = conn_input_n(c) > 0;
	ssize_t left;

	if (c->is_offering) {
		c->offer_again = true;
		return;
	}
	if (from_kept && keep_input(c, bytes, n)) {
		conn_close(c, -E_NOMEM);
		return;
	}
	if (from_kept) {
		bytes = c->busy->in.data;
		n = c->busy->in.len;
	}
	left = feed(c, bytes, n);
	if (left == 0)
		drop_input(c);
	else if (left > 0 && from_kept)
		buf_drop(&c->busy->in, n - (size_t)left);
	else if (left > 0 && keep_input(c, bytes + n - (size_t)left, (size_t)left))
		conn_close(c, -E_NOMEM);
}

static void
on_readable(struct conn *c)
{
	size_t most = c->is_chatty ? CHATTY_BYTES : LOOP_SCRATCH_BYTES;
	ssize_t n = c->stream.ops->read(&c->stream, c->loop->scratch, most);

	if (n > 0) {
		counter_add(&c->loop->counters, COUNTER_BYTES_IN, (uint64_t)n);
		if (!c->is_ending)
			offer(c, c->loop->scratch, (size_t)n);
		return;
	}
	if (n == 0)
		return;
	c->is_half_closed = true;
	if (c->is_ending && !c->out.n)
		conn_close(c, 0);
	else if (c->is_ending)
		watch(c);
	else
		c->up->on_end(c);
}

static bool
may_read(const struct conn *c)
{
	return !c->is_closed && !c->is_moving && !c->is_held && !c->is_half_closed;
}

/* Who sends faster than we read must not keep the loop to himself. */
static void
on_ready(struct stream *s, int what)
{
	struct conn *c = CONTAINER_OF(s, struct conn, stream);
	bool has_more = what & STREAM_READ;

	if (what & STREAM_WRITE)
		flush(c);
	for (int i = 0; has_more && may_read(c) && i < READS_PER_EVENT; i++) {
		on_readable(c);
		has_more = may_read(c) && c->stream.ops->has_pending(&c->stream);
	}
	if (has_more && may_read(c))
		stream_yield(s);
}

static struct conn *
new_conn(struct loop *l)
{
	struct conn *c = memory_new(sizeof(*c));

	if (!c)
		return NULL;
	c->loop = l;
	list_init(&c->link);
	loop_job_init(&c->flush, on_flush);
	counter_add(&l->counters, COUNTER_CONNECTIONS, 1);
	return c;
}

struct conn *
conn_new(struct loop *l, int fd, const struct address *peer)
{
	struct conn *c = new_conn(l);

	if (!c)
		return NULL;
	c->peer = *peer;
	stream_open_fd(&c->stream, l, fd, on_ready);
	return c;
}

struct conn *
conn_new_memory(struct loop *l, struct stream_memory *m)
{
	struct conn *c = new_conn(l);

	if (!c)
		return NULL;
	c->peer = (struct address){.bytes = {127, 0, 0, 1}, .family = AF_INET};
	stream_open_memory(&c->stream, l, m, on_ready);
	return c;
}

void
conn_start(struct conn *c)
{
	watch(c);
}

void *
conn_set_up(struct conn *c, const struct conn_up *up)
{
	c->up = up;
	return memset(c->room, 0, sizeof(c->room));
}

size_t
conn_input_n(const struct conn *c)
{
	return c->busy ? c->busy->in.len : 0;
}

int
conn_send(struct conn *c, struct frame *f)
{
	int error;

	if (c->is_closed || c->is_ending)
		return -E_GONE;
	if (!f->is_shared || c->out.n <= c->alone_n ||
	    !send_queue_join(&c->out, f, &c->loop->joins)) {
		error = send_queue_push(&c->out, f);
		if (error)
			return error;
	}
	if ((!c->is_stuck && !c->is_paused) || c->is_moving)
		loop_at_end(c->loop, &c->flush);
	return 0;
}

void
conn_pause(struct conn *c)
{
	if (c->stream.ops->pause_ms && !c->is_paused && !c->alone_n && !c->has_deadline &&
	    !c->is_ending && c->out.n < UINT16_MAX)
		c->alone_n = (uint16_t)c->out.n;
}

/* No pause from now on, and none that lasts. */
static void
forget_pause(struct conn *c)
{
	c->alone_n = 0;
	end_pause(c);
}

void
conn_hold(struct conn *c, bool hold)
{
	if (c->is_held == hold || c->is_closed || c->is_ending)
		return;
	c->is_held = hold;
	watch(c);
	if (!hold)
		conn_again(c);
}

void
conn_again(struct conn *c)
{
	if (!c->is_closed && !c->is_ending && !c->is_held && !c->is_moving &&
	    (conn_input_n(c) || c->is_offering))
		offer(c, c->loop->scratch, 0);
}

void
conn_set_deadline(struct conn *c, uint32_t ms)
{
	if (c->is_closed)
		return;
	forget_pause(c);
	c->has_deadline = true;
	if (!try_timer(c, ms))
		conn_end(c); /* not closed at once: who asks is not done with it */
}

/* The second above, what was counted in it below. */
enum { COUNTED_BITS = 20, COUNTED_MOST = (1 << COUNTED_BITS) - 1 };

uint32_t
conn_count(const struct conn *c, uint32_t *counted, uint32_t n)
{
	uint32_t second = (uint32_t)(c->loop->now_ms >> CONN_SECOND_SHIFT)
			  << COUNTED_BITS;
	uint32_t before = (*counted ^ second) >> COUNTED_BITS ? 0
							      : *counted & COUNTED_MOST;

	n = n > COUNTED_MOST - before ? COUNTED_MOST : before + n;
	*counted = second | n;
	return n;
}

void
conn_end(struct conn *c)
{
	if (c->is_closed || c->is_ending)
		return;
	forget_pause(c);
	c->is_ending = true;
	if (!c->is_stuck)
		loop_at_end(c->loop, &c->flush);
}

void
conn_close(struct conn *c, int error)
{
	if (c->is_closed)
		return;
	c->is_closed = true;
	if (error == -E_NOMEM)
		loop_no_memory(c->loop);
	stream_close(&c->stream);
	cancel_timer(c);
	loop_job_cancel(&c->flush);
	if (!c->is_moving)
		list_remove(&c->link);
	send_queue_fini(&c->out);
	counter_sub(&c->loop->counters, COUNTER_CONNECTIONS, 1);
	if (c->admission)
		admission_release(c->admission, c->client ? c->client : &c->peer);
	free(c->client);
	c->client = NULL;
	c->up->on_close(c, error);
	c->grave.bury = bury;
	loop_bury(c->loop, &c->grave);
}

static void
arrive(struct loop *l, struct mail *m)
{
	struct conn_move *move = CONTAINER_OF(m, struct conn_move, mail);
	struct conn *c = move->conn;

	c->is_moving = false;
	list_init(&c->link);
	c->loop = l;
	stream_attach(&c->stream, l);
	if (c->out.n)
		loop_at_end(l, &c->flush);
	move->arrived(c);
	free(move);
	if (!c->is_closed)
		watch(c);
	/* even without unread bytes: the protocol above may have to finish what it began */
	if (!c->is_closed && !c->is_ending && !c->is_held && !c->is_moving)
		offer(c, l->scratch, 0);
}

void
conn_move(struct conn *c, struct loop *to, void (*arrived)(struct conn *c))
{
	struct conn_move *move = malloc(sizeof(*move));

	if (!move) {
		conn_close(c, -E_NOMEM);
		return;
	}
	*move = (struct conn_move){
		.mail.deliver = arrive, .conn = c, .to = to, .arrived = arrived};
	counter_add(&c->loop->counters, COUNTER_HANDED_OVER, 1);
	cancel_timer(c);
	list_remove(&c->link);
	c->move = move;
	c->is_moving = true;
	stream_detach(&c->stream);
	c->is_stuck = false;
	c->is_paused = false;
	loop_at_end(c->loop, &c->flush);
}
