/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wheel against a model that keeps its timers in an array and looks at all of them. */
#include "net/wheel.h"

#include "unit/net/suites.h"

#include <stdlib.h>

enum { TIMERS = 200 };

/* A timer and what the model knows of it. */
struct probe {
	struct wheel_timer timer;
	uint64_t due_ms; /* 0: not set */
	uint64_t fired_ms;
	unsigned fired_n;
};

static struct wheel wheel;
static struct probe probes[TIMERS];
static uint64_t last_at_ms, running_ms;
static unsigned fired_n;

static void
on_fire(struct wheel_timer *t)
{
	struct probe *p = CONTAINER_OF(t, struct probe, timer);

	ck_assert(!wheel_is_set(t));
	ck_assert_uint_ne(p->due_ms, 0);
	ck_assert_uint_le(p->due_ms, running_ms);
	ck_assert_uint_ge(p->due_ms, last_at_ms);
	last_at_ms = p->due_ms;
	p->due_ms = 0;
	p->fired_n++;
	fired_n++;
}

static void
set_up(uint64_t now_ms)
{
	wheel_init(&wheel, now_ms);
	fired_n = 0;
	last_at_ms = running_ms = now_ms;
	for (int i = 0; i < TIMERS; i++) {
		probes[i] = (struct probe){0};
		wheel_timer_init(&probes[i].timer, on_fire);
	}
}

static void
set(struct probe *p, uint64_t at_ms)
{
	wheel_set(&wheel, &p->timer, at_ms);
	p->due_ms = at_ms;
}

/* Run and compare: what was due has fired, what was not stands. */
static void
run(uint64_t now_ms)
{
	running_ms = now_ms;
	last_at_ms = 0;
	wheel_run(&wheel, now_ms);
	for (int i = 0; i < TIMERS; i++) {
		bool is_due = probes[i].due_ms && probes[i].due_ms <= now_ms;

		/* asked a million times: an assertion each would be most of the work */
		if (is_due || wheel_is_set(&probes[i].timer) != (probes[i].due_ms != 0))
			ck_abort_msg("timer %d, due at %llu, at %llu", i,
				     (unsigned long long)probes[i].due_ms,
				     (unsigned long long)now_ms);
	}
}

static uint64_t
earliest(void)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TIMERS; i++)
		if (probes[i].due_ms && probes[i].due_ms < least)
			least = probes[i].due_ms;
	return least;
}

static uint64_t
some_delay(void)
{
	static const uint64_t ranges[] = {3, 70, 5000, 300000, 20000000, 2000000000};

	return 1 + (uint64_t)random() % ranges[random() % 6];
}

START_TEST(random_sets_moves_and_cancels_fire_as_the_model_says)
{
	uint64_t now = 1 + (uint64_t)_i * 0x3ffff7;

	srandom(7 + (unsigned)_i);
	set_up(now);
	for (int step = 0; step < 20000; step++) {
		struct probe *p = &probes[random() % TIMERS];

		switch (random() % 8) {
		case 0:
			wheel_cancel(&wheel, &p->timer);
			p->due_ms = 0;
			break;
		case 1: /* as a loop does: come back when the wheel says so */
			ck_assert_uint_le(wheel_next_ms(&wheel), earliest());
			if (wheel_next_ms(&wheel) != UINT64_MAX)
				now = wheel_next_ms(&wheel);
			run(now);
			break;
		case 2:
			now += some_delay();
			run(now);
			break;
		default:
			set(p, now + some_delay());
		}
	}
	for (int i = 0; i < TIMERS; i++)
		wheel_cancel(&wheel, &probes[i].timer);
	ck_assert_uint_eq(wheel_next_ms(&wheel), UINT64_MAX);
	ck_assert_uint_gt(fired_n, 1000);
}
END_TEST

START_TEST(a_timer_fires_at_its_millisecond_and_not_before)
{
	static const uint64_t delays[] = {1,    2,    63,     64,     65,      4095,
					  4096, 4097, 262143, 262144, 16777217};

	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		set_up(1000003);
		set(&probes[0], 1000003 + delays[i]);
		run(1000003 + delays[i] - 1);
		ck_assert_uint_eq(fired_n, 0);
		run(1000003 + delays[i]);
		ck_assert_uint_eq(fired_n, 1);
	}
}
END_TEST

START_TEST(years_away_is_neither_lost_nor_early)
{
	const uint64_t year = UINT64_C(31557600000);

	set_up(5);
	set(&probes[0], 5 + 10 * year);
	set(&probes[1], 5 + 130 * year);
	set(&probes[2], UINT64_MAX);
	run(5 + 10 * year - 1);
	ck_assert_uint_eq(fired_n, 0);
	run(5 + 10 * year);
	ck_assert_uint_eq(probes[0].fired_n, 1);
	run(5 + 130 * year);
	ck_assert_uint_eq(probes[1].fired_n, 1);
	ck_assert_uint_eq(probes[2].fired_n, 0);
}
END_TEST

START_TEST(what_is_past_fires_with_the_next_millisecond)
{
	set_up(500);
	wheel_set(&wheel, &probes[0].timer, 3);
	probes[0].due_ms = 3;
	ck_assert_uint_eq(wheel_next_ms(&wheel), 501);
	run(501);
	ck_assert_uint_eq(fired_n, 1);
}
END_TEST

START_TEST(cancelling_what_is_not_set_is_harmless)
{
	set_up(1);
	wheel_cancel(&wheel, &probes[0].timer);
	set(&probes[1], 10);
	wheel_cancel(&wheel, &probes[0].timer);
	run(10);
	ck_assert_uint_eq(fired_n, 1);
	wheel_cancel(&wheel, &probes[1].timer);
}
END_TEST

static void
cancel_the_other(struct wheel_timer *t)
{
	struct probe *p = CONTAINER_OF(t, struct probe, timer);
	struct probe *other = p == &probes[0] ? &probes[1] : &probes[0];

	fired_n++;
	wheel_cancel(&wheel, &other->timer);
	wheel_set(&wheel, &probes[2].timer, t->at_ms + 1);
}

static void
count_fire(struct wheel_timer *t)
{
	(void)t;
	fired_n++;
}

START_TEST(a_firing_timer_may_cancel_and_set_others)
{
	set_up(1);
	wheel_timer_init(&probes[0].timer, cancel_the_other);
	wheel_timer_init(&probes[1].timer, cancel_the_other);
	wheel_timer_init(&probes[2].timer, count_fire);
	wheel_set(&wheel, &probes[0].timer, 100);
	wheel_set(&wheel, &probes[1].timer, 100);
	wheel_run(&wheel, 100);
	ck_assert_uint_eq(fired_n, 1);
	wheel_run(&wheel, 101);
	ck_assert_uint_eq(fired_n, 2);
	ck_assert_uint_eq(wheel_next_ms(&wheel), UINT64_MAX);
}
END_TEST

static void
set_again(struct wheel_timer *t)
{
	if (++fired_n < 5)
		wheel_set(&wheel, t, t->at_ms + 30);
}

START_TEST(a_timer_that_sets_itself_catches_up_in_one_run)
{
	set_up(1);
	wheel_timer_init(&probes[0].timer, set_again);
	wheel_set(&wheel, &probes[0].timer, 31);
	wheel_run(&wheel, 1000);
	ck_assert_uint_eq(fired_n, 5);
	ck_assert_uint_eq(probes[0].timer.at_ms, 151);
}
END_TEST

Suite *
wheel_suite(void)
{
	Suite *s = suite_create("wheel");
	TCase *t = tcase_create("wheel");

	tcase_add_loop_test(t, random_sets_moves_and_cancels_fire_as_the_model_says, 0,
			    8);
	tcase_add_test(t, a_timer_fires_at_its_millisecond_and_not_before);
	tcase_add_test(t, years_away_is_neither_lost_nor_early);
	tcase_add_test(t, what_is_past_fires_with_the_next_millisecond);
	tcase_add_test(t, cancelling_what_is_not_set_is_harmless);
	tcase_add_test(t, a_firing_timer_may_cancel_and_set_others);
	tcase_add_test(t, a_timer_that_sets_itself_catches_up_in_one_run);
	suite_add_tcase(s, t);
	return s;
}
