/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions at rest and the memory they hold: see scenario.h. */
#include "crowd.h"
#include "scenario.h"

/* What a first client makes a server allocate once is not counted. */
#define FIRST_N 50

static struct meter *meter;

static void
on_message(struct client *client, char *text, size_t text_n)
{
	(void)client;
	(void)text;
	(void)text_n;
}

static void
on_gone(struct client *client)
{
	(void)client;
	meter->gone++;
}

void
idle_run(struct meter *run_meter)
{
	static const struct client_up up = {crowd_ready, on_message, on_gone};
	const struct options *o = run_meter->options;
	struct crowd first, crowd;

	meter = run_meter;
	crowd_open(&first, meter, &up, CLIENT_CALLER, 0, FIRST_N);
	meter_rest(o->warm_s);
	usage_read((pid_t)o->server, &meter->before);
	crowd_open(&crowd, meter, &up, CLIENT_CALLER, FIRST_N, o->clients_n);
	meter_rest(o->warm_s);
	usage_read((pid_t)o->server, &meter->begin);
	meter->begin_ns = conn_read_clock_ns();
	meter_rest(o->measure_s);
	meter->end_ns = conn_read_clock_ns();
	usage_read((pid_t)o->server, &meter->end);
	meter->idle_clients_n = o->clients_n;
	crowd_close(&crowd);
	crowd_close(&first);
}
