/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <stdio.h>

static uint64_t
system_mono_ms(void *state)
{
	struct timespec t;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int64_t
system_wall_ms(void *state)
{
	struct timespec t;

	(void)state;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const struct clock clock_system = {system_mono_ms, system_wall_ms, NULL};

struct timespec
clock_deadline(uint32_t wait_ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += wait_ms / 1000;
	t.tv_nsec += wait_ms % 1000 * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	return t;
}

static uint64_t
hand_mono_ms(void *state)
{
	return ((struct clock_hand *)state)->mono_ms;
}

static int64_t
hand_wall_ms(void *state)
{
	return ((struct clock_hand *)state)->wall_ms;
}

struct clock
clock_of_hand(struct clock_hand *hand)
{
	return (struct clock){hand_mono_ms, hand_wall_ms, hand};
}

void
clock_hand_move(struct clock_hand *hand, uint64_t by_ms)
{
	hand->mono_ms += by_ms;
	hand->wall_ms += (int64_t)by_ms;
}

static struct tm
utc(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return tm;
}

size_t
clock_text(int64_t wall_ms, char out[CLOCK_TEXT_BYTES])
{
	struct tm tm = utc(wall_ms);

	return strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

size_t
clock_text_us(int64_t wall_ms, char out[CLOCK_TEXT_BYTES])
{
	struct tm tm = utc(wall_ms);
	size_t n = strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);

	return n + (size_t)snprintf(out + n, CLOCK_TEXT_BYTES - n, ".%03d000Z",
				    (int)(wall_ms % 1000));
}

size_t
clock_text_http(int64_t wall_ms, char out[30])
{
	struct tm tm = utc(wall_ms);

	return strftime(out, 30, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}
