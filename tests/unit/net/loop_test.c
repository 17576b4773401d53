/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns of a loop by hand, and its mailbox under threads (run it under TSan too). */
#include "net/loop.h"

#include "base/memory.h"

#include "unit/net/suites.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct clock_hand hand;
static struct loop *loop;
static char told[256]; /* what happened, a letter each */

static void
tell(char c)
{
	size_t n = strlen(told);

	told[n] = c;
	told[n + 1] = '\0';
}

static void
set_up(void)
{
	hand = (struct clock_hand){.mono_ms = 1000, .wall_ms = 1700000000000};
	loop = loop_new(3, clock_of_hand(&hand), NULL);
	ck_assert_ptr_nonnull(loop);
	told[0] = '\0';
}

static void
tear_down(void)
{
	loop_free(loop);
}

struct letter {
	struct mail mail;
	char text;
	struct letter *then; /* posted on delivery */
};

static void
on_letter(struct loop *to, struct mail *m)
{
	struct letter *l = CONTAINER_OF(m, struct letter, mail);

	ck_assert_ptr_eq(to, loop);
	tell(l->text);
	if (l->then)
		loop_post(loop, &l->then->mail);
}

static struct letter
letter(char text)
{
	return (struct letter){.mail.deliver = on_letter, .text = text};
}

START_TEST(mail_arrives_once_and_in_the_order_it_was_posted)
{
	struct letter a = letter('a'), b = letter('b'), c = letter('c');

	loop_post(loop, &a.mail);
	loop_post(loop, &b.mail);
	loop_post(loop, &c.mail);
	ck_assert_str_eq(told, "");
	loop_turn(loop, false);
	ck_assert_str_eq(told, "abc");
	loop_turn(loop, false);
	ck_assert_str_eq(told, "abc");
	ck_assert_uint_eq(counter_get(&loop->counters, COUNTER_MAILS), 3);
}
END_TEST

START_TEST(mail_posted_by_mail_arrives_with_the_next_turn)
{
	struct letter b = letter('b'), a = letter('a');

	a.then = &b;
	loop_post(loop, &a.mail);
	loop_turn(loop, false);
	ck_assert_str_eq(told, "a");
	loop_turn(loop, true); /* the doorbell rings: this does not sleep */
	ck_assert_str_eq(told, "ab");
}
END_TEST

static struct loop_job job_x, job_y;

static void
run_x(struct loop_job *j)
{
	ck_assert_ptr_eq(j, &job_x);
	tell('x');
}

static void
run_y_then_x(struct loop_job *j)
{
	(void)j;
	tell('y');
	loop_at_end(loop, &job_x);
}

START_TEST(a_job_runs_once_a_turn_however_often_asked_for)
{
	loop_job_init(&job_x, run_x);
	loop_at_end(loop, &job_x);
	loop_at_end(loop, &job_x);
	loop_turn(loop, false);
	loop_turn(loop, false);
	ck_assert_str_eq(told, "x");
}
END_TEST

START_TEST(a_job_may_ask_for_another_one_in_the_same_turn)
{
	loop_job_init(&job_x, run_x);
	loop_job_init(&job_y, run_y_then_x);
	loop_at_end(loop, &job_y);
	loop_turn(loop, false);
	ck_assert_str_eq(told, "yx");
}
END_TEST

START_TEST(a_first_job_runs_before_those_that_were_asked_for_before)
{
	loop_job_init(&job_x, run_x);
	loop_job_init(&job_y, run_y_then_x);
	loop_at_end(loop, &job_x);
	loop_at_end_first(loop, &job_y);
	loop_at_end_first(loop, &job_x); /* it has its place */
	loop_turn(loop, false);
	ck_assert_str_eq(told, "yx");
}
END_TEST

static void
run_again_next_turn(struct loop_job *j)
{
	tell('y');
	loop_at_next_end(loop, j);
}

START_TEST(a_job_for_the_next_turn_waits_for_it_but_does_not_let_it_sleep)
{
	loop_job_init(&job_y, run_again_next_turn);
	loop_at_end(loop, &job_y);
	loop_turn(loop, false);
	ck_assert_str_eq(told, "y");
	loop_turn(loop, true);
	ck_assert_str_eq(told, "yy");
	loop_job_cancel(&job_y);
	loop_turn(loop, false);
	ck_assert_str_eq(told, "yy");
}
END_TEST

START_TEST(a_cancelled_job_does_not_run)
{
	loop_job_init(&job_x, run_x);
	loop_at_end(loop, &job_x);
	loop_job_cancel(&job_x);
	loop_job_cancel(&job_x);
	loop_turn(loop, false);
	ck_assert_str_eq(told, "");
}
END_TEST

static void
on_burial(struct loop_grave *g)
{
	(void)g;
	tell('+');
}

static struct loop_grave grave = {.bury = on_burial};

static void
bury_now(struct loop_job *j)
{
	(void)j;
	tell('j');
	loop_bury(loop, &grave);
}

START_TEST(a_turn_delivers_mail_then_runs_jobs_then_buries)
{
	struct letter a = letter('m');

	loop_job_init(&job_x, bury_now);
	loop_at_end(loop, &job_x);
	loop_post(loop, &a.mail);
	loop_turn(loop, false);
	ck_assert_str_eq(told, "mj+");
}
END_TEST

START_TEST(what_was_buried_last_goes_with_the_loop)
{
	loop_bury(loop, &grave);
	tear_down();
	ck_assert_str_eq(told, "+");
	set_up();
}
END_TEST

static void
on_timer(struct wheel_timer *t)
{
	(void)t;
	tell('t');
	ck_assert_uint_eq(loop->now_ms, hand.mono_ms);
	ck_assert_int_eq(loop->wall_ms, hand.wall_ms);
}

START_TEST(time_stands_still_within_a_turn_and_timers_come_before_mail)
{
	struct wheel_timer t;
	struct letter a = letter('m');

	wheel_timer_init(&t, on_timer);
	wheel_set(&loop->wheel, &t, 1050);
	clock_hand_move(&hand, 49);
	loop_turn(loop, false);
	ck_assert_str_eq(told, "");
	loop_post(loop, &a.mail);
	clock_hand_move(&hand, 1);
	ck_assert_uint_eq(loop->now_ms, 1049);
	loop_turn(loop, false);
	ck_assert_str_eq(told, "tm");
	ck_assert_uint_eq(loop->now_ms, 1050);
}
END_TEST

START_TEST(a_turn_makes_its_loop_the_current_one)
{
	loop_turn(loop, false);
	ck_assert_ptr_eq(loop_current(), loop);
}
END_TEST

START_TEST(a_stopped_loop_says_so)
{
	ck_assert(loop_turn(loop, false));
	loop_stop(loop);
	ck_assert(!loop_turn(loop, true));
}
END_TEST

/* --- threads ----------------------------------------------------------------------------- */

enum { SENDERS = 4, LETTERS = 20000 };

struct numbered {
	struct mail mail;
	int sender, number;
};

static struct numbered (*letters)[LETTERS];
static int arrived[SENDERS], arrived_n;

static void
on_numbered(struct loop *to, struct mail *m)
{
	struct numbered *l = CONTAINER_OF(m, struct numbered, mail);

	ck_assert_int_eq(l->number, arrived[l->sender]);
	arrived[l->sender]++;
	if (++arrived_n == SENDERS * LETTERS)
		loop_stop(to);
}

static void *
send_letters(void *arg)
{
	struct numbered *row = arg;

	for (int i = 0; i < LETTERS; i++)
		loop_post(loop, &row[i].mail);
	return NULL;
}

START_TEST(letters_of_each_thread_arrive_in_its_order_and_none_is_lost)
{
	pthread_t threads[SENDERS];

	letters = calloc(SENDERS, sizeof(*letters));
	arrived_n = 0;
	for (int s = 0; s < SENDERS; s++) {
		arrived[s] = 0;
		for (int i = 0; i < LETTERS; i++)
			letters[s][i] = (struct numbered){
				.mail.deliver = on_numbered, .sender = s, .number = i};
		ck_assert_int_eq(
			pthread_create(&threads[s], NULL, send_letters, letters[s]), 0);
	}
	loop_run(loop); /* sleeps and is woken; would hang if a ring were lost */
	for (int s = 0; s < SENDERS; s++)
		pthread_join(threads[s], NULL);
	ck_assert_int_eq(arrived_n, SENDERS * LETTERS);
	free(letters);
}
END_TEST

START_TEST(what_a_burst_left_goes_back_while_nothing_happens)
{
	void *blocks[100];

	loop_turn(loop, false);
	for (int i = 0; i < 100; i++)
		blocks[i] = spare_take(300);
	for (int i = 0; i < 100; i++)
		spare_give(blocks[i], 300);
	loop_turn(loop, false);
	ck_assert_uint_eq(loop->spares.bytes,
			  MEMORY_IS_CHECKED ? 0 : 100 * spare_size(300));
	for (int second = 0; second < 3; second++) {
		clock_hand_move(&hand, 1000);
		loop_turn(loop, false);
	}
	ck_assert_uint_eq(loop->spares.bytes,
			  MEMORY_IS_CHECKED ? 0 : SPARES_AT_REST * spare_size(300));
	ck_assert_uint_eq(wheel_next_ms(&loop->wheel), UINT64_MAX);
}
END_TEST

Suite *
loop_suite(void)
{
	Suite *s = suite_create("loop");
	TCase *t = tcase_create("loop");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, mail_arrives_once_and_in_the_order_it_was_posted);
	tcase_add_test(t, mail_posted_by_mail_arrives_with_the_next_turn);
	tcase_add_test(t, a_job_runs_once_a_turn_however_often_asked_for);
	tcase_add_test(t, a_job_may_ask_for_another_one_in_the_same_turn);
	tcase_add_test(t, a_first_job_runs_before_those_that_were_asked_for_before);
	tcase_add_test(t, a_job_for_the_next_turn_waits_for_it_but_does_not_let_it_sleep);
	tcase_add_test(t, a_cancelled_job_does_not_run);
	tcase_add_test(t, a_turn_delivers_mail_then_runs_jobs_then_buries);
	tcase_add_test(t, what_was_buried_last_goes_with_the_loop);
	tcase_add_test(t, time_stands_still_within_a_turn_and_timers_come_before_mail);
	tcase_add_test(t, a_turn_makes_its_loop_the_current_one);
	tcase_add_test(t, a_stopped_loop_says_so);
	tcase_add_test(t, what_a_burst_left_goes_back_while_nothing_happens);
	tcase_add_test(t, letters_of_each_thread_arrive_in_its_order_and_none_is_lost);
	suite_add_tcase(s, t);
	return s;
}
