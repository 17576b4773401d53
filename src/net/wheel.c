/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A timer stands on the level of the highest six-bit digit in which its time differs from now,
 * in the place of that digit. So everything on a level lies behind the level's present place,
 * and the lowest level that is not empty holds the next timer.
 */
#include "net/wheel.h"

enum { DIGIT_BITS = 6, DIGIT_MASK = WHEEL_PLACES - 1 };

static const uint64_t farthest_ms = ((uint64_t)1 << (DIGIT_BITS * WHEEL_LEVELS)) - 1;

static inline unsigned
digit(uint64_t ms, int level)
{
	return (unsigned)(ms >> (DIGIT_BITS * level)) & DIGIT_MASK;
}

void
wheel_init(struct wheel *w, uint64_t now_ms)
{
	w->now_ms = now_ms;
	for (int level = 0; level < WHEEL_LEVELS; level++) {
		w->occupied[level] = 0;
		for (int i = 0; i < WHEEL_PLACES; i++)
			list_init(&w->places[level][i]);
	}
}

void
wheel_timer_init(struct wheel_timer *t, void (*fire)(struct wheel_timer *t))
{
	list_init(&t->link);
	t->at_ms = 0;
	t->fire = fire;
}

static void
put(struct wheel *w, struct wheel_timer *t)
{
	uint64_t at = t->at_ms > w->now_ms ? t->at_ms : w->now_ms + 1;
	int level;
	unsigned place;

	if (at > farthest_ms)
		at = farthest_ms;
	level = (63 - __builtin_clzll(at ^ w->now_ms)) / DIGIT_BITS;
	place = digit(at, level);
	list_add_tail(&w->places[level][place], &t->link);
	w->occupied[level] |= (uint64_t)1 << place;
}

void
wheel_set(struct wheel *w, struct wheel_timer *t, uint64_t at_ms)
{
	wheel_cancel(w, t);
	t->at_ms = at_ms;
	put(w, t);
}

void
wheel_cancel(struct wheel *w, struct wheel_timer *t)
{
	struct list *neighbour = t->link.next;
	const struct list *first = &w->places[0][0];

	list_remove(&t->link);
	if (!list_is_empty(neighbour) || neighbour < first ||
	    neighbour >= first + WHEEL_LEVELS * WHEEL_PLACES)
		return;
	w->occupied[(neighbour - first) / WHEEL_PLACES] &= ~(
		(uint64_t)1 << (neighbour - first) % WHEEL_PLACES);
}

bool
wheel_is_set(const struct wheel_timer *t)
{
	return !list_is_empty(&t->link);
}

/* The next occupied place; false when the wheel is empty. */
static bool
find_next(const struct wheel *w, int *level_out, unsigned *place_out, uint64_t *at_out)
{
	for (int level = 0; level < WHEEL_LEVELS; level++) {
		unsigned now = digit(w->now_ms, level);
		uint64_t later = w->occupied[level] &
				 (now == DIGIT_MASK ? 0 : ~(uint64_t)0 << (now + 1));
		int shift = DIGIT_BITS * (level + 1);

		if (!later)
			continue;
		*level_out = level;
		*place_out = (unsigned)__builtin_ctzll(later);
		*at_out = w->now_ms >> shift << shift | (uint64_t)*place_out
								<< (shift - DIGIT_BITS);
		return true;
	}
	return false;
}

uint64_t
wheel_next_ms(const struct wheel *w)
{
	int level;
	unsigned place;
	uint64_t at;

	return find_next(w, &level, &place, &at) ? at : UINT64_MAX;
}

void
wheel_run(struct wheel *w, uint64_t now_ms)
{
	int level;
	unsigned place;
	uint64_t at;

	while (find_next(w, &level, &place, &at) && at <= now_ms) {
		struct list due;

		w->now_ms = at;
		list_take_all(&due, &w->places[level][place]);
		w->occupied[level] &= ~((uint64_t)1 << place);
		while (!list_is_empty(&due)) {
			struct wheel_timer *t = CONTAINER_OF(due.next, struct wheel_timer,
							     link);

			list_remove(&t->link);
			if (t->at_ms <= at)
				t->fire(t);
			else
				put(w, t);
		}
	}
	if (now_ms > w->now_ms)
		w->now_ms = now_ms;
}
