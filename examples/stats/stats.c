/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats: an action that blocks, and that not everybody may run. TG_BLOCKING puts it on the
 * thread pool; permission "stats.read" must be in the client's token.
 *
 *	cc -shared -fPIC $(pkg-config --cflags tidegate) -o stats.so stats.c
 *
 * data: {"ms": 0 to 5000}, optional: so long it sleeps before it looks, as slow work would.
 */
#include <tidegate/plugin.h>

#include <time.h>
#include <unistd.h>

static const char schema[] =
	"{\"type\":[\"object\",\"null\"],\"additionalProperties\":false,"
	"\"properties\":{\"ms\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":5000}}}";

/* First number of a line "Name:  123 kB" of /proc/self/status. */
static long
proc_number(const char *name)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long n = -1;

	while (f && n < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0)
			sscanf(line + strlen(name), ": %ld", &n);
	if (f)
		fclose(f);
	return n;
}

static void
stats(struct tg_call call, const struct tg_request *request, void *state)
{
	struct tg_str value;
	struct timespec cpu;
	int64_t ms = 0;
	char data[256];
	int n;

	(void)state;
	if (tg_json_get(request->data, TG("ms"), &value))
		tg_json_int(value, &ms);
	usleep((useconds_t)ms * 1000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	n = snprintf(data, sizeof(data),
		     "{\"pid\":%d,\"memoryKb\":%ld,\"peakMemoryKb\":%ld,\"threads\":%ld,"
		     "\"cpuMs\":%lld,\"time\":%lld}",
		     (int)getpid(), proc_number("VmRSS"), proc_number("VmHWM"),
		     proc_number("Threads"),
		     (long long)cpu.tv_sec * 1000 + cpu.tv_nsec / 1000000,
		     (long long)tg_now_ms());
	tg_reply_ok(call, tg_span(data, (size_t)n));
}

static const struct tg_action action = {
	.size = sizeof(action),
	.name = "stats",
	.permission = "stats.read",
	.schema = schema,
	.timeout_ms = 10000,
	.running_n = 16,
	.flags = TG_BLOCKING | TG_IDEMPOTENT,
	.run = stats,
};

static int
init(void)
{
	return tg_add_action(&action);
}

TG_PLUGIN("stats", "1.0", init, NULL)
