/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/loop.h"

#include "base/log.h"
#include "config/config.h"
#include "proto/deflate.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A heartbeat's worth of traffic keeps what it takes, a burst's is gone a moment later. */
enum { TRIM_MS = 1000 };

enum { LINE_BYTES = 64 };

struct loop_inside {
	struct clock clock;
	struct wheel_timer trim; /* of its spares */
	struct loop *loop;
	struct event tick;     /* wakes the loop for the wheel */
	struct event doorbell; /* wakes it for mail */
	int doorbell_fd;
	atomic_bool is_awake;        /* this turn's clock is read */
	struct list jobs, next_jobs; /* of this turn, of the next one */
	struct loop_grave *graves;
	_Atomic(struct mail *) mail; /* newest first */
	atomic_bool stopping;
};

static _Thread_local struct loop *current;

static void
trim_later(struct loop *l)
{
	wheel_set(&l->wheel, &l->inside->trim, l->now_ms + TRIM_MS);
}

static void
on_trim(struct wheel_timer *t)
{
	struct loop *l = CONTAINER_OF(t, struct loop_inside, trim)->loop;

	if (spares_trim(&l->spares))
		trim_later(l);
}

/* What was kept in this turn is looked at again. */
static void
watch_spares(struct loop *l)
{
	if (!l->spares.is_touched)
		return;
	l->spares.is_touched = false;
	if (!wheel_is_set(&l->inside->trim))
		trim_later(l);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	loop_wake(arg);
}

static void
on_doorbell(evutil_socket_t fd, short what, void *arg)
{
	uint64_t rung;

	(void)what;
	(void)arg;
	while (read(fd, &rung, sizeof(rung)) < 0 && errno == EINTR)
		;
}

static struct event_base *
new_base(void)
{
	struct event_config *how = event_config_new();
	struct event_base *base;

	if (!how)
		return NULL;
	event_config_set_flag(how, EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(how);
	event_config_free(how);
	return base;
}

static void
read_clock(struct loop *l)
{
	l->now_ms = l->inside->clock.mono_ms(l->inside->clock.state);
	l->wall_ms = l->inside->clock.wall_ms(l->inside->clock.state);
}

struct loop *
loop_new(int id, struct clock clock, struct config *config)
{
	struct loop *l = calloc(1, sizeof(*l));
	struct loop_inside *in = calloc(1, sizeof(*in));

	if (!l || !in) {
		free(l);
		free(in);
		return NULL;
	}
	l->id = id;
	l->inside = in;
	l->poller.fd = -1;
	slab_init(&l->slab);
	in->loop = l;
	in->clock = clock;
	wheel_timer_init(&in->trim, on_trim);
	in->doorbell_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	l->scratch = malloc(LOOP_SCRATCH_BYTES);
	l->base = new_base();
	if (config)
		l->config = config_ref(config);
	list_init(&in->jobs);
	list_init(&in->next_jobs);
	if (in->doorbell_fd < 0 || !l->scratch || !l->base)
		goto fail;
	read_clock(l);
	wheel_init(&l->wheel, l->now_ms);
	evtimer_assign(&in->tick, l->base, on_tick, l);
	event_assign(&in->doorbell, l->base, in->doorbell_fd, EV_READ | EV_PERSIST,
		     on_doorbell, l);
	if (event_add(&in->doorbell, NULL) || poller_init(&l->poller, l))
		goto fail;
	return l;
fail:
	loop_free(l);
	return NULL;
}

void
loop_bury_now(struct loop *l)
{
	while (l->inside->graves) {
		struct loop_grave *g = l->inside->graves;

		l->inside->graves = g->next;
		g->bury(g);
	}
}

void
loop_free(struct loop *l)
{
	if (!l)
		return;
	loop_bury_now(l);
	poller_fini(&l->poller);
	if (l->base)
		event_base_free(l->base);
	if (l->inside->doorbell_fd >= 0)
		close(l->inside->doorbell_fd);
	if (l->deflate)
		deflate_pool_free(l->deflate);
	config_unref(l->config);
	arena_fini(&l->arena);
	frame_joins_clear(&l->joins);
	slab_fini(&l->slab);
	spares_fini(&l->spares);
	free(l->scratch);
	free(l->inside);
	free(l);
}

void
loop_set_config(struct loop *l, struct config *config)
{
	config_ref(config);
	config_unref(l->config);
	l->config = config;
}

/* libevent sleeps until the wheel's next timer at the longest. */
static void
set_tick(struct loop *l)
{
	uint64_t next = wheel_next_ms(&l->wheel), now;
	struct timeval delay;

	if (next == UINT64_MAX) {
		event_del(&l->inside->tick);
		return;
	}
	now = l->inside->clock.mono_ms(l->inside->clock.state);
	next = next > now ? next - now : 0;
	delay.tv_sec = (time_t)(next / 1000);
	delay.tv_usec = (suseconds_t)(next % 1000 * 1000);
	event_add(&l->inside->tick, &delay);
}

void
loop_wake(struct loop *l)
{
	if (atomic_load_explicit(&l->inside->is_awake, memory_order_relaxed))
		return;
	atomic_store_explicit(&l->inside->is_awake, true, memory_order_relaxed);
	read_clock(l);
	wheel_run(&l->wheel, l->now_ms);
}

static void
deliver_mail(struct loop *l)
{
	struct mail *newest = atomic_exchange_explicit(&l->inside->mail, NULL,
						       memory_order_acquire);
	struct mail *oldest = NULL;

	while (newest) {
		struct mail *older = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = older;
	}
	while (oldest) {
		struct mail *m = oldest;

		oldest = m->next;
		counter_add(&l->counters, COUNTER_MAILS, 1);
		m->deliver(l, m);
	}
}

/* Have the processor fetch what the job stands in. */
static inline void
fetch_around(const struct list *link)
{
	const char *at = (const char *)link;

	__builtin_prefetch(at - LINE_BYTES);
	__builtin_prefetch(at);
	__builtin_prefetch(at + LINE_BYTES);
}

static void
run_jobs(struct loop *l)
{
	while (!list_is_empty(&l->inside->jobs)) {
		struct loop_job *j = CONTAINER_OF(l->inside->jobs.next, struct loop_job,
						  link);

		fetch_around(j->link.next); /* mostly one of many connections */
		list_remove(&j->link);
		j->run(j);
	}
}

/* What the last turn left to this one. Returns true when there is something. */
static bool
take_next_jobs(struct loop *l)
{
	struct list *next = &l->inside->next_jobs;
	bool is_any = !list_is_empty(next);

	while (!list_is_empty(next)) {
		struct list *link = next->next;

		list_remove(link);
		list_add_tail(&l->inside->jobs, link);
	}
	return is_any;
}

bool
loop_turn(struct loop *l, bool may_wait)
{
	current = l;
	spares_use(&l->spares);
	if (take_next_jobs(l))
		may_wait = false;
	atomic_store_explicit(&l->inside->is_awake, false, memory_order_relaxed);
	if (may_wait)
		set_tick(l);
	event_base_loop(l->base, EVLOOP_ONCE | (may_wait ? 0 : EVLOOP_NONBLOCK));
	loop_wake(l);
	deliver_mail(l);
	run_jobs(l);
	loop_bury_now(l);
	arena_reset(&l->arena);
	frame_joins_clear(&l->joins);
	watch_spares(l);
	counter_add(&l->counters, COUNTER_LOOP_TURNS, 1);
	return !atomic_load_explicit(&l->inside->stopping, memory_order_relaxed);
}

bool
loop_is_awake(const struct loop *l, uint64_t *turn_out)
{
	*turn_out = counter_get(&l->counters, COUNTER_LOOP_TURNS);
	return atomic_load_explicit(&l->inside->is_awake, memory_order_relaxed);
}

void
loop_no_memory(struct loop *l)
{
	static struct log_throttle throttle;
	uint64_t held;

	counter_add(&l->counters, COUNTER_NO_MEMORY, 1);
	if (log_may(&throttle, l->now_ms, &held))
		log_error("out of memory", "held_back=%llu", (unsigned long long)held);
}

void
loop_run(struct loop *l)
{
	/* Nobody cancels a loop, but glibc makes ready for it with two locked instructions at
	 * each system call that waits, unless the thread could be cancelled anywhere. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	while (loop_turn(l, true))
		;
}

static void
ring(struct loop *l)
{
	uint64_t one = 1;

	while (write(l->inside->doorbell_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void
loop_stop(struct loop *l)
{
	atomic_store(&l->inside->stopping, true);
	ring(l);
}

void
loop_post(struct loop *to, struct mail *m)
{
	struct mail *newest = atomic_load_explicit(&to->inside->mail,
						   memory_order_relaxed);

	do
		m->next = newest;
	while (!atomic_compare_exchange_weak_explicit(&to->inside->mail, &newest, m,
						      memory_order_release,
						      memory_order_relaxed));
	if (!newest)
		ring(to);
}

void
loop_job_init(struct loop_job *j, void (*run)(struct loop_job *j))
{
	list_init(&j->link);
	j->run = run;
}

void
loop_at_end(struct loop *l, struct loop_job *j)
{
	if (list_is_empty(&j->link))
		list_add_tail(&l->inside->jobs, &j->link);
}

void
loop_at_end_first(struct loop *l, struct loop_job *j)
{
	if (list_is_empty(&j->link))
		list_add_head(&l->inside->jobs, &j->link);
}

void
loop_at_next_end(struct loop *l, struct loop_job *j)
{
	if (list_is_empty(&j->link))
		list_add_tail(&l->inside->next_jobs, &j->link);
}

void
loop_job_cancel(struct loop_job *j)
{
	list_remove(&j->link);
}

void
loop_bury(struct loop *l, struct loop_grave *g)
{
	g->next = l->inside->graves;
	l->inside->graves = g;
}

struct loop *
loop_current(void)
{
	return current;
}
