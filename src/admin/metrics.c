/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source: Prometheus text exposition format 0.0.4. */
#include "admin/metrics.h"

#include "base/counters.h"
#include "base/log.h"
#include "net/loop.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

uint64_t
metrics_memory_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long long pages = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%*u %llu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t
sum(const struct hubs *hubs, enum counter which)
{
	uint64_t n = 0;

	for (size_t i = 0; i < hubs->n; i++)
		n += counter_get(&hub_loop(hubs->hub[i])->counters, which);
	return n;
}

static void
write_head(struct buf *out, const char *name, const char *kind, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void
write_counters(struct buf *out, const struct hubs *hubs)
{
	for (enum counter i = 0; i < COUNTER_N; i++) {
		char name[64];

		snprintf(name, sizeof(name), "tidegate_%s", counter_name(i));
		write_head(out, name, counter_is_gauge(i) ? "gauge" : "counter",
			   counter_help(i));
		/* a gauge that several loops move may be below 0 for a moment on one of them */
		buf_printf(out, "%s %lld\n", name, (long long)sum(hubs, i));
	}
}

void
metrics_write(struct buf *out, const struct hubs *hubs, uint64_t base_bytes)
{
	uint64_t memory = metrics_memory_bytes(), n = sum(hubs, COUNTER_CONNECTIONS);
	struct timespec cpu = {0};

	write_counters(out, hubs);
	write_head(out, "tidegate_loops", "gauge", "event loops");
	buf_printf(out, "tidegate_loops %zu\n", hubs->n);
	write_head(out, "tidegate_log_lines_lost", "counter",
		   "lines of the log that found no room");
	buf_printf(out, "tidegate_log_lines_lost %llu\n",
		   (unsigned long long)log_lost_n());
	write_head(out, "process_resident_memory_bytes", "gauge",
		   "memory of the process in RAM");
	buf_printf(out, "process_resident_memory_bytes %llu\n",
		   (unsigned long long)memory);
	write_head(
		out, "tidegate_connection_memory_bytes", "gauge",
		"what the process grew by since its start, divided by its connections");
	buf_printf(out, "tidegate_connection_memory_bytes %llu\n",
		   n && memory > base_bytes
			   ? (unsigned long long)((memory - base_bytes) / n)
			   : 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	write_head(out, "process_cpu_seconds_total", "counter",
		   "CPU time, user and system");
	buf_printf(out, "process_cpu_seconds_total %lld.%03ld\n", (long long)cpu.tv_sec,
		   cpu.tv_nsec / 1000000);
}
