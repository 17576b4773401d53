/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Timers of plugins: started and stopped from any thread, fired on one loop. Whoever claims
 * the number ends the timer: who stops it, or, for a single shot, its firing.
 */
#ifndef ACTION_TIMER_H
#define ACTION_TIMER_H

#include "action/actions.h"

struct timer_plan {
	uint32_t first_ms, repeat_ms; /* 0: once */
	void (*fn)(void *arg);
	void *arg;
	void (*free_fn)(void *arg); /* at the end of the timer; may be NULL */
	struct tg_host *host;
};

/* On the loop of this thread, else on the first one. After an error nothing is called.
 * Errors: -E_NOMEM, -E_STATE. [any thread] */
int timer_start(struct actions *a, const struct timer_plan *plan,
		uint64_t *id_out) MUST_USE;

/* Errors: -E_LATE. [any thread] */
int timer_stop(struct actions *a, uint64_t id) MUST_USE;

/* Forget those that a plugin started: it is refused. Before actions_start. */
void timer_forget(struct actions *a, const struct tg_host *host);

/* Forget the timers of a desk whose loop is gone. */
void timer_free_all(struct desk *d);

#endif
