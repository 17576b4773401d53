/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time as everybody above sees it: a table with two functions, the system's or a test's.
 * Loops read it once a turn and hand the numbers down; nothing else asks the system.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct clock {
	uint64_t (*mono_ms)(void *state); /* since some start, never goes back */
	int64_t (*wall_ms)(void *state);  /* Unix epoch, UTC */
	void *state;
};

extern const struct clock clock_system;

/* When wait_ms from now will be over, for a condition that waits on CLOCK_MONOTONIC. */
struct timespec clock_deadline(uint32_t wait_ms);

/* A clock that stands until moved: state of a struct clock for tests. */
struct clock_hand {
	uint64_t mono_ms;
	int64_t wall_ms;
};

struct clock clock_of_hand(struct clock_hand *hand);
void clock_hand_move(struct clock_hand *hand, uint64_t by_ms);

enum { CLOCK_TEXT_BYTES = 28 };

/* "2025-11-13T12:00:00Z", zero-terminated. Source: RFC 3339. Returns its length. */
size_t clock_text(int64_t wall_ms, char out[CLOCK_TEXT_BYTES]);

/* The same with six fractional digits: "2025-11-13T12:00:00.000000Z". */
size_t clock_text_us(int64_t wall_ms, char out[CLOCK_TEXT_BYTES]);

/* "Sun, 06 Nov 1994 08:49:37 GMT" (29 bytes and a zero). Source: RFC 9110 5.6.7. */
size_t clock_text_http(int64_t wall_ms, char out[30]);

#endif
