/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server process and its living descendants have used, read from /proc. */
#ifndef LOAD_USAGE_H
#define LOAD_USAGE_H

#include <stdint.h>
#include <sys/types.h>

#define USAGE_THREADS_MAX 16

/* Processor time to the nanosecond; name as the server gave it. */
struct usage_thread {
	char name[16];
	uint64_t cpu_ns;
};

struct usage {
	double machine_s; /* processor time of everything on the machine, and stolen from it */
	double own_s;        /* of the generator */
	double cpu_s;        /* user and system time, of children that ended too */
	uint64_t rss_bytes;  /* resident, shared pages counted in each process */
	uint64_t anon_bytes; /* of it private anonymous memory: heap, stacks */
	/* of pid alone, in the order they began; those above the limit are left out */
	struct usage_thread threads[USAGE_THREADS_MAX];
	unsigned threads_n;
};

/* Read the usage of pid and its descendants; zeros when it is gone. */
void usage_read(pid_t pid, struct usage *usage_out);

#endif
