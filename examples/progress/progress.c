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

#include <stdatomic.h>

static const char schema[] =
	"{\"type\":\"object\",\"required\":[\"steps\"],\"additionalProperties\":false,"
	"\"properties\":{\"steps\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100},"
	"\"delayMs\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":5000}}}";

/* So many at once, and no memory to give back when the gateway stops in the middle of them. */
enum { JOBS_N = 1000 };

static struct job {
	atomic_bool is_taken; /* the gateway's loops are threads */
	struct tg_call call;
	int64_t steps, done, delay_ms;
} jobs[JOBS_N];

static struct job *
take_job(void)
{
	for (size_t i = 0; i < JOBS_N; i++)
		if (!atomic_exchange(&jobs[i].is_taken, true))
			return &jobs[i];
	return NULL;
}

static void
tick(void *arg)
{
	struct job *job = arg;
	char data[64];
	int n = snprintf(data, sizeof(data), "{\"step\":%lld,\"steps\":%lld}",
			 (long long)++job->done, (long long)job->steps);
	/* An error means that nobody waits any more: the time limit, for example. */
	bool go_on = tg_update(job->call, tg_span(data, (size_t)n)) == TG_OK;

	if (go_on && job->done == job->steps) {
		n = snprintf(data, sizeof(data), "{\"steps\":%lld}", (long long)job->steps);
		tg_reply_ok(job->call, tg_span(data, (size_t)n));
		go_on = false;
	}
	if (!go_on || tg_timer_start((uint32_t)job->delay_ms, 0, tick, job, NULL) != TG_OK)
		atomic_store(&job->is_taken, false);
}

static void
progress(struct tg_call call, const struct tg_request *request, void *state)
{
	struct job *job = take_job();
	struct tg_str value;

	(void)state;
	if (!job) {
		tg_reply_error(call, TG("OVERLOADED"), TG("too many jobs"), TG(""));
		return;
	}
	job->call = call;
	job->done = 0;
	job->delay_ms = 500;
	if (tg_json_get(request->data, TG("steps"), &value))
		tg_json_int(value, &job->steps);
	if (tg_json_get(request->data, TG("delayMs"), &value))
		tg_json_int(value, &job->delay_ms);
	if (tg_timer_start((uint32_t)job->delay_ms, 0, tick, job, NULL) != TG_OK) {
		tg_reply_error(call, TG("OVERLOADED"), TG("no timer"), TG(""));
		atomic_store(&job->is_taken, false);
	}
}

static const struct tg_action action = {
	.size = sizeof(action),
	.name = "progress",
	.schema = schema,
	.timeout_ms = 60000,
	.running_n = JOBS_N,
	.run = progress,
};

static int
init(void)
{
	return tg_add_action(&action);
}

TG_PLUGIN("progress", "1.0", init, NULL)
