/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Threads, time, log and configuration for plugins: a part of struct tg_api.
 * What each does is said in tidegate/plugin.h.
 */
#ifndef ACTION_API_HOST_H
#define ACTION_API_HOST_H

#include "tidegate/plugin.h"

int api_in_pool(struct tg_host *host, void (*fn)(void *arg), void *arg);
int api_timer_start(struct tg_host *host, uint32_t first_ms, uint32_t repeat_ms,
		    void (*fn)(void *arg), void *arg, void (*free_fn)(void *arg),
		    struct tg_timer *timer_out);
int api_timer_stop(struct tg_host *host, struct tg_timer timer);
int64_t api_now_ms(struct tg_host *host);
uint64_t api_mono_ms(struct tg_host *host);
void api_log(struct tg_host *host, enum tg_log_level level, const char *line);
int api_add_counter(struct tg_host *host, const char *name, const char *help,
		    uint32_t flags, struct tg_counter *out);
void api_count(struct tg_host *host, struct tg_counter counter, int64_t n);
struct tg_str api_config(struct tg_host *host);

#endif
