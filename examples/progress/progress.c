/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * progress: an action that takes its time without holding up anybody. It keeps the call, sends
 * an UPDATE at every tick of a timer, and answers after the last one.
 *
 *	cc -shared -fPIC $(pkg-config --cflags tidegate) -o progress.so progress.c
 *
 * data: {"steps": 1 to 100, "delayMs": 0 to 5000}, checked by the gateway before we see it.
 */
#include <tidegate/plugin.h>

#include <stdlib.h>

static const char schema[] =
	"{\"type\":\"object\",\"required\":[\"steps\"],\"additionalProperties\":false,"
	"\"properties\":{\"steps\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100},"
	"\"delayMs\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":5000}}}";

struct job {
	struct tg_call call;
	struct tg_timer timer; /* owns the job: gives it to free when it is over */
	int64_t steps, done;
};

static void
tick(void *arg)
{
	struct job *job = arg;
	char data[64];
	int n = snprintf(data, sizeof(data), "{\"step\":%lld,\"steps\":%lld}",
			 (long long)++job->done, (long long)job->steps);

	/* An error means that nobody waits any more: the time limit, for example. */
	if (tg_update(job->call, tg_span(data, (size_t)n)) != TG_OK) {
		tg_timer_stop(job->timer);
	} else if (job->done == job->steps) {
		n = snprintf(data, sizeof(data), "{\"steps\":%lld}",
			     (long long)job->steps);
		tg_reply_ok(job->call, tg_span(data, (size_t)n));
		tg_timer_stop(job->timer);
	}
}

static void
progress(struct tg_call call, const struct tg_request *request, void *state)
{
	struct job *job = calloc(1, sizeof(*job));
	int64_t delay_ms = 500;
	struct tg_str value;

	(void)state;
	if (!job)
		goto fail;
	job->call = call;
	if (tg_json_get(request->data, TG("steps"), &value))
		tg_json_int(value, &job->steps);
	if (tg_json_get(request->data, TG("delayMs"), &value))
		tg_json_int(value, &delay_ms);
	if (delay_ms == 0)
		delay_ms = 1; /* a timer that repeats after 0 ms would run once */
	if (tg_timer_start((uint32_t)delay_ms, (uint32_t)delay_ms, tick, job, free,
			   &job->timer) == TG_OK)
		return;
	free(job);
fail:
	tg_reply_error(call, TG("OVERLOADED"), TG("out of memory"), TG(""));
}

static const struct tg_action action = {
	.size = sizeof(action),
	.name = "progress",
	.schema = schema,
	.timeout_ms = 60000,
	.running_n = 1000,
	.run = progress,
};

static int
init(void)
{
	return tg_add_action(&action);
}

TG_PLUGIN("progress", "1.0", init, NULL)
