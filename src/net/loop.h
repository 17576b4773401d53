/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One event loop: its libevent base, clock, timers, mailbox and what is to be done at the end
 * of a turn. A turn: events → mail → timers → end-of-turn jobs (flushing) → burial. The clock
 * is read when the turn wakes up; due timers run before the first event sees the turn, so that
 * nothing outlives its time limit by the length of a turn.
 * Thread: everything belongs to the loop's thread, except loop_post and loop_stop.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/counters.h"
#include "base/frame_join.h"
#include "base/list.h"
#include "base/slab.h"
#include "base/spare.h"
#include "net/poller.h"
#include "net/wheel.h"

struct config;
struct deflate_pool;
struct event_base;
struct loop;

/* A message for a loop; belongs to the sender until posted, then to deliver(). */
struct mail {
	struct mail *next;
	void (*deliver)(struct loop *to, struct mail *m);
};

/* Something to do once at the end of the turn. */
struct loop_job {
	struct list link;
	void (*run)(struct loop_job *j);
};

enum { LOOP_SCRATCH_BYTES = 65536 };

struct loop {
	int id;
	uint64_t now_ms; /* monotonic, this turn's */
	int64_t wall_ms; /* Unix epoch, this turn's */
	struct wheel wheel;
	struct counters counters;
	struct arena arena;       /* forgotten at the end of each turn */
	struct frame_joins joins; /* of this turn */
	struct slab slab;         /* of what rests on it: sessions, sockets, rooms */
	struct spares spares;     /* of what messages need on their way; this thread's */
	char *scratch; /* LOOP_SCRATCH_BYTES to read into, valid within one callback */
	/* contexts of its WebSockets; NULL until one is used */
	struct deflate_pool *deflate;
	struct config *config; /* a reference of its own */
	struct event_base *base;
	struct poller poller; /* of its streams */
	struct loop_inside *inside;
};

/* clock may be a test's. Errors: NULL when memory or descriptors are short. */
struct loop *loop_new(int id, struct clock clock, struct config *config) MUST_USE;
void loop_free(struct loop *l);

/* Another snapshot from now on, of which a reference is taken. */
void loop_set_config(struct loop *l, struct config *config);

/* One turn; may_wait: sleep until something happens. Returns false once stopped. */
bool loop_turn(struct loop *l, bool may_wait);
/* Turns until loop_stop. */
void loop_run(struct loop *l);
void loop_stop(struct loop *l); /* [any thread] */

/* Is it in the middle of a turn, and of which? Who finds it in the same one much later knows that
 * somebody keeps it there. [any thread] */
bool loop_is_awake(const struct loop *l, uint64_t *turn_out);

/* Memory was short for somebody: counted, and said now and then. */
void loop_no_memory(struct loop *l);

/* Put m into the mailbox; wakes the loop if it was empty. Never fails. [any thread] */
void loop_post(struct loop *to, struct mail *m);

/* At the head of every event callback: reads the clock and runs due timers, once a turn. */
void loop_wake(struct loop *l);

/* Run j at the end of this turn; asking twice is harmless. */
void loop_job_init(struct loop_job *j, void (*run)(struct loop_job *j));
void loop_at_end(struct loop *l, struct loop_job *j);
/* The same before all that is there to be done: for what gives others something to do. */
void loop_at_end_first(struct loop *l, struct loop_job *j);
/* The same at the end of the next turn, which then does not sleep: for what would keep others
 * from their turn. */
void loop_at_next_end(struct loop *l, struct loop_job *j);
void loop_job_cancel(struct loop_job *j);

/* free(memory) after the end of the turn, when no callback can see it any more. */
struct loop_grave {
	struct loop_grave *next;
	void (*bury)(struct loop_grave *g);
};
void loop_bury(struct loop *l, struct loop_grave *g);
/* Outside of a turn: what lies in graves is needed no longer. */
void loop_bury_now(struct loop *l);

/* The loop this thread runs, NULL when it runs none. [any thread] */
struct loop *loop_current(void);

#endif
