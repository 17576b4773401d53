/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load: one scenario against one server, one line of JSON. It counts every message by its
 * sequence and ends with 1 when one was lost, came twice or came wrong, with 2 when it could
 * not run. See README beside it for what the figures mean.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "client.h"
#include "options.h"
#include "scenario.h"

static const struct scenario {
	const char *name;
	void (*run)(struct meter *meter);
	bool requests, publishes, enters; /* what its protocol must be able to do */
} scenarios[] = {
	{"fanout", fanout_run, false, true, false},
	{"echo", echo_run, true, false, false},
	{"churn", churn_run, false, false, false},
	{"idle", idle_run, false, false, false},
	{"namespaces", namespaces_run, true, false, true},
};

static void
raise_open_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static const struct scenario *
find_scenario(const char *name)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		if (strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	}
	return NULL;
}

/* Returns: what is wrong with the options, or NULL. */
static const char *
find_fault(const struct options *o, const struct scenario *scenario)
{
	const struct protocol *members = client_protocol(o->protocol);
	const struct protocol *publisher = client_protocol(o->publish_protocol);

	if (!scenario)
		return "no such scenario";
	if (!members || !publisher)
		return "no such protocol";
	if (scenario->requests && !members->request)
		return "this protocol has no requests";
	if (scenario->enters && !members->enter)
		return "this protocol has no namespaces";
	if (scenario->publishes && !publisher->publish)
		return "this protocol cannot publish: --publish-protocol";
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct options options;
	static struct meter meter = {.options = &options};
	const struct scenario *scenario;
	const char *fault;

	options_read(&options, argc, argv);
	scenario = find_scenario(options.scenario);
	fault = find_fault(&options, scenario);
	if (fault) {
		fprintf(stderr, "load: %s\n", fault);
		return 2;
	}
	raise_open_files();
	conn_loop_open();
	scenario->run(&meter);
	return meter_print(&meter) ? 0 : 1;
}
