/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Timers to the millisecond at 32 bytes each: a hierarchical wheel (seven levels of 64 places
 * reach 139 years). Setting and cancelling cost a list operation; a timer far away moves down
 * a level at most six times. Time is a parameter. One thread.
 * Source: G. Varghese, A. Lauck, "Hashed and Hierarchical Timing Wheels".
 */
#ifndef NET_WHEEL_H
#define NET_WHEEL_H

#include "base/list.h"

#include <stdint.h>

struct wheel_timer {
	struct list link;
	uint64_t at_ms;
	void (*fire)(struct wheel_timer *t);
};

enum { WHEEL_LEVELS = 7, WHEEL_PLACES = 64 };

struct wheel {
	uint64_t now_ms; /* everything up to here has fired */
	uint64_t occupied[WHEEL_LEVELS];
	struct list places[WHEEL_LEVELS][WHEEL_PLACES];
};

void wheel_init(struct wheel *w, uint64_t now_ms);

void wheel_timer_init(struct wheel_timer *t, void (*fire)(struct wheel_timer *t));
/* Set or move. at_ms that is not in the future: fires with the next millisecond. */
void wheel_set(struct wheel *w, struct wheel_timer *t, uint64_t at_ms);
void wheel_cancel(struct wheel *w, struct wheel_timer *t);
bool wheel_is_set(const struct wheel_timer *t);

/* Fire what is due by now_ms, in the order of time; a firing timer is no longer set. */
void wheel_run(struct wheel *w, uint64_t now_ms);

/* When to come back: at or before the next timer. UINT64_MAX when there is none. */
uint64_t wheel_next_ms(const struct wheel *w);

#endif
