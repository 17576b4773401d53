/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/api_host.h"

#include "action/api_call.h"
#include "action/convert.h"
#include "action/plugin.h"
#include "action/timer.h"
#include "base/log.h"

int
api_in_pool(struct tg_host *host, void (*fn)(void *arg), void *arg)
{
	if (host->is_in_init)
		return TG_E_STATE; /* it may still be refused, and its code go away */
	return to_tg_error(pool_submit(host->all->pool, (struct pool_job){fn, arg}));
}

int
api_timer_start(struct tg_host *host, uint32_t first_ms, uint32_t repeat_ms,
		void (*fn)(void *arg), void *arg, void (*free_fn)(void *arg),
		struct tg_timer *timer_out)
{
	struct timer_plan plan = {first_ms, repeat_ms, fn, arg, free_fn, host};
	uint64_t id;

	return to_tg_error(
		timer_start(host->all, &plan, timer_out ? &timer_out->id : &id));
}

int
api_timer_stop(struct tg_host *host, struct tg_timer timer)
{
	return to_tg_error(timer_stop(host->all, timer.id));
}

/* A loop reads the clock once a turn; other threads ask the system. */
int64_t
api_now_ms(struct tg_host *host)
{
	const struct desk *here = actions_desk_here(host->all);

	return here ? here->loop->wall_ms : clock_system.wall_ms(clock_system.state);
}

uint64_t
api_mono_ms(struct tg_host *host)
{
	const struct desk *here = actions_desk_here(host->all);

	return here ? here->loop->now_ms : clock_system.mono_ms(clock_system.state);
}

void
api_log(struct tg_host *host, enum tg_log_level level, const char *line)
{
	static const enum log_level levels[] = {
		[TG_ERROR] = LOG_ERROR,
		[TG_WARN] = LOG_WARN,
		[TG_INFO] = LOG_INFO,
		[TG_DEBUG] = LOG_DEBUG,
	};
	enum log_level ours = level <= TG_DEBUG ? levels[level] : LOG_INFO;

	if (log_is_on(ours))
		log_line(ours, "plugin", "name=%s says=%s", host->name,
			 LOG_TEXT(str_from(line)));
}

struct tg_str
api_config(struct tg_host *host)
{
	return to_tg(config_plugin_text(host->all->config, str_from(host->name)));
}

int
api_add_counter(struct tg_host *host, const char *name, const char *help, uint32_t flags,
		struct tg_counter *out)
{
	struct buf why = BUF_INIT;

	if (!host->is_in_init)
		return TG_E_STATE;
	if (!out)
		return api_offered(host, -E_ARGUMENT, &why);
	return api_offered(host,
			   meters_add(&host->all->registry.meters, host,
				      str_from(host->name), str_from(name), help,
				      flags & TG_GAUGE, &why, &out->id),
			   &why);
}

void
api_count(struct tg_host *host, struct tg_counter counter, int64_t n)
{
	(void)host;
	meters_count(counter.id, n);
}
