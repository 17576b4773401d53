/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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

/* As so many digits; returns what follows them. */
static char *
put(char *to, uint32_t value, int digits_n, char behind)
{
	for (int i = digits_n - 1; i >= 0; i--, value /= 10)
		to[i] = (char)('0' + value % 10);
	to[digits_n] = behind;
	return to + digits_n + 1;
}

/* Each message of a plain dialect tells the time: strftime would be a tenth of its cost. Years
 * begin in March here, so that the day that may be missing is their last.
 * Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static size_t
put_time(int64_t wall_ms, char out[CLOCK_TEXT_BYTES])
{
	uint32_t seconds = (uint32_t)(wall_ms / 1000 % 86400);
	/* since 0000-03-01 */
	uint32_t days = (uint32_t)(wall_ms / 1000 / 86400) + 719468;
	uint32_t era = days / 146097, day = days % 146097;
	uint32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	uint32_t of_year = day - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * of_year + 2) / 153;
	char *to = out;

	to = put(to, year + 400 * era + (month >= 10), 4, '-');
	to = put(to, month < 10 ? month + 3 : month - 9, 2, '-');
	to = put(to, of_year - (153 * month + 2) / 5 + 1, 2, 'T');
	to = put(to, seconds / 3600, 2, ':');
	to = put(to, seconds / 60 % 60, 2, ':');
	to = put(to, seconds % 60, 2, '\0');
	return (size_t)(to - out) - 1;
}

/* What four digits are enough for; tokens may name any time. */
static bool
is_usual(int64_t wall_ms)
{
	return wall_ms >= 0 && wall_ms < INT64_C(253402300800000);
}

size_t
clock_text(int64_t wall_ms, char out[CLOCK_TEXT_BYTES])
{
	struct tm tm;
	size_t n;

	if (!is_usual(wall_ms)) {
		tm = utc(wall_ms);
		return strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
	n = put_time(wall_ms, out);
	memcpy(out + n, "Z", 2);
	return n + 1;
}

size_t
clock_text_us(int64_t wall_ms, char out[CLOCK_TEXT_BYTES])
{
	struct tm tm;
	size_t n;

	if (!is_usual(wall_ms)) {
		tm = utc(wall_ms);
		n = strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
		return n + (size_t)snprintf(out + n, CLOCK_TEXT_BYTES - n, ".%03d000Z",
					    (int)(wall_ms % 1000));
	}
	n = put_time(wall_ms, out);
	out[n] = '.';
	put(out + n + 1, (uint32_t)(wall_ms % 1000), 3, '0');
	memcpy(out + n + 5, "00Z", 4);
	return n + 8;
}

size_t
clock_text_http(int64_t wall_ms, char out[30])
{
	struct tm tm = utc(wall_ms);

	return strftime(out, 30, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}
