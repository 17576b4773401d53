/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server process and its living descendants have used, read from /proc. */
#ifndef LOAD_USAGE_H
#define LOAD_USAGE_H

#include <stdint.h>
#include <sys/types.h>

struct usage {
	double cpu_s;        /* user and system time, of children that ended too */
	uint64_t rss_bytes;  /* resident, shared pages counted in each process */
	uint64_t anon_bytes; /* of it private anonymous memory: heap, stacks */
};

/* Read the usage of pid and its descendants; zeros when it is gone. */
void usage_read(pid_t pid, struct usage *usage_out);

#endif
