/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Namespaces that come and go: see scenario.h. */
#include <stdio.h>
#include <string.h>

#include "crowd.h"
#include "scenario.h"

#define ROUNDS_N 3

static struct {
	struct meter *meter;
	struct crowd crowd;
	uint64_t entered_n, entered_wanted;   /* CONNECTs that were answered */
	uint64_t answered_n, answered_wanted; /* requests that were */
	uint32_t first;                       /* namespace of this round */
} run;

static bool
begins_with(const char *text, size_t text_n, const char *begin)
{
	return text_n >= strlen(begin) && memcmp(text, begin, strlen(begin)) == 0;
}

static void
on_message(struct client *client, char *text, size_t text_n)
{
	(void)client;
	if (begins_with(text, text_n, "40/")) {
		run.entered_n++;
		run.meter->done++;
	} else if (begins_with(text, text_n, "42[") &&
		   memmem(text, text_n, "RESPONSE", 8)) {
		run.answered_n++;
	} else if (run.meter->wrong++ == 0) {
		fprintf(stderr, "load: not expected: %.*s\n",
			(int)(text_n < 300 ? text_n : 300), text);
	}
}

static void
on_gone(struct client *client)
{
	(void)client;
	run.meter->gone++;
}

static bool
all_entered(void)
{
	return run.entered_n + run.meter->wrong + run.meter->gone >= run.entered_wanted;
}

static bool
all_answered(void)
{
	return run.answered_n + run.meter->wrong + run.meter->gone >= run.answered_wanted;
}

/* Namespaces are dealt out to the clients in turn. */
static void
each_namespace(uint32_t n, void (*act)(struct client *client, uint32_t namespace))
{
	const struct crowd *crowd = &run.crowd;

	for (uint32_t i = 0; i < n; i++)
		act(&crowd->clients[i % crowd->n], run.first + i);
	for (uint32_t i = 0; i < crowd->n; i++)
		conn_flush(&crowd->clients[i].conn);
}

static void
enter_all(uint32_t n)
{
	run.entered_wanted += n;
	each_namespace(n, run.crowd.clients[0].protocol->enter);
	meter_settle(run.meter, all_entered);
	run.meter->lost = run.entered_wanted - run.entered_n;
}

/* Leaving is not answered; a request behind it is, when it was read. */
static void
quit_all(uint32_t n)
{
	const struct crowd *crowd = &run.crowd;

	each_namespace(n, crowd->clients[0].protocol->quit);
	run.answered_wanted += crowd->n;
	for (uint32_t i = 0; i < crowd->n; i++) {
		crowd->clients[i].protocol->request(&crowd->clients[i], 0);
		conn_flush(&crowd->clients[i].conn);
	}
	meter_settle(run.meter, all_answered);
	run.first += n;
}

void
namespaces_run(struct meter *meter)
{
	static const struct client_up up = {crowd_ready, on_message, on_gone};
	const struct options *o = meter->options;

	run.meter = meter;
	crowd_open(&run.crowd, meter, &up, CLIENT_CALLER, 0, o->clients_n);
	/* What the first ones make a server allocate once is not counted. */
	enter_all(o->clients_n);
	quit_all(o->clients_n);
	meter_rest(o->warm_s);
	usage_read((pid_t)o->server, &meter->before);
	for (int round = 0; round < ROUNDS_N && !meter->stalled; round++) {
		enter_all(o->namespaces_n);
		usage_read((pid_t)o->server, &meter->full);
		quit_all(o->namespaces_n);
	}
	meter_rest(o->warm_s);
	usage_read((pid_t)o->server, &meter->begin);
	meter->begin_ns = conn_read_clock_ns();
	meter_rest(o->measure_s);
	meter->end_ns = conn_read_clock_ns();
	usage_read((pid_t)o->server, &meter->end);
	meter->idle_clients_n = o->namespaces_n;
	crowd_close(&run.crowd);
}
