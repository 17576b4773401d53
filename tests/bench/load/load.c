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

static const struct {
	const char *name;
	void (*run)(struct meter *meter);
} scenarios[] = {
	{"fanout", fanout_run},
	{"echo", echo_run},
	{"churn", churn_run},
	{"idle", idle_run},
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

static int
complain(const char *what, const char *name)
{
	fprintf(stderr, "load: no %s %s\n", what, name);
	return 2;
}

int
main(int argc, char **argv)
{
	static struct options options;
	static struct meter meter = {.options = &options};

	options_read(&options, argc, argv);
	if (!client_protocol(options.protocol))
		return complain("protocol", options.protocol);
	raise_open_files();
	conn_loop_open();
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		if (strcmp(scenarios[i].name, options.scenario) == 0) {
			scenarios[i].run(&meter);
			return meter_print(&meter) ? 0 : 1;
		}
	}
	return complain("scenario", options.scenario);
}
