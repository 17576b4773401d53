/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/pool.h"

#include "base/clock.h"
#include "base/errors.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work;    /* a job came, or the end */
	pthread_cond_t all_out; /* the last thread went */
	bool stopping, abandoned;
	unsigned threads_n; /* that have not gone */
	size_t at, n, cap;  /* a ring */
	struct pool_job jobs[];
};

static void
destroy(struct pool *p)
{
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->all_out);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static void *
work(void *arg)
{
	struct pool *p = arg;
	bool is_last;

	pthread_setname_np(pthread_self(), "pool");
	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct pool_job job;

		while (p->n == 0 && !p->stopping)
			pthread_cond_wait(&p->work, &p->lock);
		if (p->n == 0)
			break;
		job = p->jobs[p->at];
		p->at = (p->at + 1) % p->cap;
		p->n--;
		pthread_mutex_unlock(&p->lock);
		job.run(job.arg);
		pthread_mutex_lock(&p->lock);
	}
	is_last = --p->threads_n == 0;
	if (is_last && !p->abandoned) {
		pthread_cond_signal(&p->all_out);
		is_last = false;
	}
	pthread_mutex_unlock(&p->lock);
	if (is_last)
		destroy(p);
	return NULL;
}

/* Signals are the main thread's: the pool's threads take none. */
static bool
start_threads(struct pool *p, unsigned threads_n)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&p->lock);
	while (p->threads_n < threads_n && !pthread_create(&thread, NULL, work, p)) {
		pthread_detach(thread);
		p->threads_n++;
	}
	pthread_mutex_unlock(&p->lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return p->threads_n == threads_n;
}

struct pool *
pool_new(unsigned threads_n, size_t queue_n)
{
	struct pool *p = calloc(1, sizeof(*p) + queue_n * sizeof(p->jobs[0]));
	pthread_condattr_t monotonic;

	if (!p)
		return NULL;
	p->cap = queue_n;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&p->all_out, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (start_threads(p, threads_n))
		return p;
	pool_free(p, 0);
	return NULL;
}

bool
pool_free(struct pool *p, uint32_t wait_ms)
{
	struct timespec until = clock_deadline(wait_ms);
	int timed_out = 0;

	if (!p)
		return true;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->work);
	while (p->threads_n && !timed_out)
		timed_out = pthread_cond_timedwait(&p->all_out, &p->lock, &until);
	if (p->threads_n) {
		p->abandoned = true; /* the last thread buries it */
		pthread_mutex_unlock(&p->lock);
		return false;
	}
	pthread_mutex_unlock(&p->lock);
	destroy(p);
	return true;
}

int
pool_submit(struct pool *p, struct pool_job job)
{
	int error = 0;

	pthread_mutex_lock(&p->lock);
	if (p->n == p->cap || p->stopping) {
		error = -E_FULL;
	} else {
		p->jobs[(p->at + p->n) % p->cap] = job;
		p->n++;
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	return error;
}
