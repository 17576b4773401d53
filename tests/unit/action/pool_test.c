/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/pool.h"
#include "base/errors.h"
#include "unit/action/suites.h"

#include <pthread.h>
#include <stdatomic.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* jobs wait here */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static int begun, ended;

static void
pass_gate(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	begun++;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	pthread_mutex_lock(&lock);
	ended++;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

static void
wait_for(const int *counter, int n)
{
	pthread_mutex_lock(&lock);
	while (*counter < n)
		pthread_cond_wait(&moved, &lock);
	pthread_mutex_unlock(&lock);
}

static const struct pool_job job = {pass_gate, NULL};

START_TEST(jobs_run_and_the_rest_is_done_before_the_pool_is_gone)
{
	struct pool *p = pool_new(2, 100);

	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(pool_submit(p, job), 0);
	ck_assert(pool_free(p, 10000));
	ck_assert_int_eq(ended, 50);
}
END_TEST

START_TEST(a_full_queue_says_so)
{
	struct pool *p = pool_new(1, 2);

	pthread_mutex_lock(&gate);
	ck_assert_int_eq(pool_submit(p, job), 0);
	wait_for(&begun, 1); /* it has left the queue */
	ck_assert_int_eq(pool_submit(p, job), 0);
	ck_assert_int_eq(pool_submit(p, job), 0);
	ck_assert_int_eq(pool_submit(p, job), -E_FULL);
	pthread_mutex_unlock(&gate);
	wait_for(&ended, 3);
	ck_assert_int_eq(pool_submit(p, job), 0);
	ck_assert(pool_free(p, 10000));
	ck_assert_int_eq(ended, 4);
}
END_TEST

START_TEST(threads_work_side_by_side)
{
	struct pool *p = pool_new(3, 10);

	pthread_mutex_lock(&gate);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pool_submit(p, job), 0);
	wait_for(&begun, 3);
	pthread_mutex_unlock(&gate);
	ck_assert(pool_free(p, 10000));
}
END_TEST

START_TEST(a_job_that_does_not_end_is_not_waited_for_without_end)
{
	struct pool *p = pool_new(1, 1);

	pthread_mutex_lock(&gate);
	ck_assert_int_eq(pool_submit(p, job), 0);
	wait_for(&begun, 1);
	ck_assert(!pool_free(p, 1));
	pthread_mutex_unlock(&gate); /* its thread frees what is left */
	wait_for(&ended, 1);
}
END_TEST

Suite *
pool_suite(void)
{
	Suite *s = suite_create("pool");
	TCase *t = tcase_create("pool");

	tcase_add_test(t, jobs_run_and_the_rest_is_done_before_the_pool_is_gone);
	tcase_add_test(t, a_full_queue_says_so);
	tcase_add_test(t, threads_work_side_by_side);
	tcase_add_test(t, a_job_that_does_not_end_is_not_waited_for_without_end);
	suite_add_tcase(s, t);
	return s;
}
