/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting and telling one run: see meter.h. */
#include "meter.h"

#include <stdio.h>
#include <string.h>

#include "conn.h"

#define NS_PER_S 1e9
#define TURN_MS 1

void
meter_done(struct meter *meter, uint64_t since_ns)
{
	uint64_t now = conn_now_ns();

	meter->done++;
	if (meter->measuring)
		histogram_add(&meter->latency, now > since_ns ? now - since_ns : 0);
}

/* One turn of the loop; false when nothing was done for too long. */
static bool
go_on(struct meter *meter, uint64_t *done, uint64_t *since_ns)
{
	conn_loop_run(TURN_MS);
	if (meter->done != *done) {
		*done = meter->done;
		*since_ns = conn_now_ns();
	}
	if ((double)(conn_now_ns() - *since_ns) > meter->options->stall_s * NS_PER_S)
		meter->stalled = true;
	return !meter->stalled;
}

static void
pass(struct meter *meter, double seconds, void (*turn)(void))
{
	uint64_t begin = conn_read_clock_ns(), since = begin, done = meter->done;

	while ((double)(conn_now_ns() - begin) < seconds * NS_PER_S) {
		if (!go_on(meter, &done, &since))
			return;
		if (turn)
			turn();
	}
}

void
meter_run(struct meter *meter, void (*turn)(void))
{
	pass(meter, meter->options->warm_s, turn);
	usage_read((pid_t)meter->options->server, &meter->begin);
	meter->begin_ns = conn_read_clock_ns();
	meter->begin_done = meter->done;
	meter->measuring = true;
	if (!meter->stalled)
		pass(meter, meter->options->measure_s, turn);
	meter->measuring = false;
	usage_read((pid_t)meter->options->server, &meter->end);
	meter->end_ns = conn_read_clock_ns();
	meter->end_done = meter->done;
}

void
meter_rest(double seconds)
{
	uint64_t since = conn_read_clock_ns();

	while ((double)(conn_now_ns() - since) < seconds * NS_PER_S)
		conn_loop_run(10);
}

void
meter_settle(struct meter *meter, bool (*is_over)(void))
{
	uint64_t since = conn_read_clock_ns(), done = meter->done;

	while (!is_over() && go_on(meter, &done, &since))
		;
}

static double
microseconds(const struct meter *meter, double share)
{
	return (double)histogram_percentile_ns(&meter->latency, share) / 1000;
}

static void
print_work(const struct meter *m)
{
	double seconds = (double)(m->end_ns - m->begin_ns) / NS_PER_S;
	double cpu_s = m->end.cpu_s - m->begin.cpu_s;
	double done = (double)(m->end_done - m->begin_done);

	/* what neither the server nor the generator did, in cores */
	printf("\"others\":%.2f,", seconds > 0
					   ? (m->end.machine_s - m->begin.machine_s -
					      cpu_s - (m->end.own_s - m->begin.own_s)) /
						     seconds
					   : 0);
	printf("\"seconds\":%.3f,\"done\":%.0f,\"per_second\":%.1f,\"cpu_seconds\":%.2f,"
	       "\"per_cpu_second\":%.1f,",
	       seconds, done, seconds > 0 ? done / seconds : 0, cpu_s,
	       cpu_s > 0 ? done / cpu_s : 0);
	printf("\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_"
	       "us\":%.1f,",
	       microseconds(m, 0.5), microseconds(m, 0.9), microseconds(m, 0.99),
	       microseconds(m, 0.999), microseconds(m, 1));
}

/* How much more there is than before, for each of those that rest. */
static double
each(const struct meter *m, uint64_t bytes, uint64_t bytes_before)
{
	return ((double)bytes - (double)bytes_before) / (double)m->idle_clients_n;
}

static void
print_memory(const struct meter *m)
{
	printf("\"rss_bytes\":%llu,\"anon_bytes\":%llu,",
	       (unsigned long long)m->end.rss_bytes,
	       (unsigned long long)m->end.anon_bytes);
	if (m->idle_clients_n > 0)
		printf("\"rss_per_client\":%.1f,\"anon_per_client\":%.1f,",
		       each(m, m->end.rss_bytes, m->before.rss_bytes),
		       each(m, m->end.anon_bytes, m->before.anon_bytes));
	if (m->full.rss_bytes > 0)
		printf("\"rss_while_full\":%.1f,",
		       each(m, m->full.rss_bytes, m->before.rss_bytes));
}

/* Threads that did something; a server's threads do not come and go. */
static void
print_threads(const struct meter *m)
{
	const char *comma = "";

	printf("\"threads\":[");
	for (unsigned i = 0; i < m->begin.threads_n && i < m->end.threads_n; i++) {
		uint64_t cpu_ns = m->end.threads[i].cpu_ns - m->begin.threads[i].cpu_ns;

		if (cpu_ns == 0)
			continue;
		printf("%s{\"name\":\"%s\",\"cpu_seconds\":%.6f}", comma,
		       m->end.threads[i].name, (double)cpu_ns / NS_PER_S);
		comma = ",";
	}
	printf("],");
}

bool
meter_print(const struct meter *m)
{
	bool clean = !m->stalled && m->lost + m->doubled + m->wrong + m->gone == 0;

	printf("{\"scenario\":\"%s\",\"protocol\":\"%s\",\"clients\":%u,\"in_flight\":%u,"
	       "\"payload\":%u,\"slow\":%u,",
	       m->options->scenario, m->options->protocol, m->options->clients_n,
	       m->options->in_flight_n, m->options->payload_bytes, m->options->slow_n);
	print_work(m);
	print_memory(m);
	print_threads(m);
	printf("\"lost\":%llu,\"doubled\":%llu,\"wrong\":%llu,\"gone\":%llu,\"stalled\":%"
	       "s,"
	       "\"verified\":%s}\n",
	       (unsigned long long)m->lost, (unsigned long long)m->doubled,
	       (unsigned long long)m->wrong, (unsigned long long)m->gone,
	       m->stalled ? "true" : "false", clean ? "true" : "false");
	return clean;
}
