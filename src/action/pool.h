/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Threads for work that blocks, with one bounded queue, first come, first served. A job that
 * was taken in is run, also while the pool is being freed. Any thread, except new and free.
 */
#ifndef ACTION_POOL_H
#define ACTION_POOL_H

#include "base/str.h"

struct pool;

struct pool_job {
	void (*run)(void *arg);
	void *arg;
};

/* threads_n and queue_n at least 1. NULL when memory or threads are short. */
struct pool *pool_new(unsigned threads_n, size_t queue_n) MUST_USE;

/* Lets the queue run empty, for wait_ms at the longest. False when a job is still running
 * then: the pool is left to it and the caller must leave its code loaded. */
bool pool_free(struct pool *p, uint32_t wait_ms);

/* Errors: -E_FULL. */
int pool_submit(struct pool *p, struct pool_job job) MUST_USE;

#endif
