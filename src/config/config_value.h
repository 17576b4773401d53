/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One text to one typed value, as the row says: "25s" to 25000, "64KiB" to 65536,
 * "20/s burst 40" to a rate. Strict: a time has its unit, a boolean is true or false,
 * nothing is rounded. Pure; any thread.
 *
 *	time    digits and ms, s, m (or min), h, d
 *	size    digits and nothing, B, k or kB (1000), KiB (1024), M, MB, MiB, G, GB, GiB
 *	rate    N/s, N/min or N/h, and perhaps "burst M"
 */
#ifndef CONFIG_CONFIG_VALUE_H
#define CONFIG_CONFIG_VALUE_H

#include "base/arena.h"
#include "config/config_keys.h"

/* Read text and write the row's member inside the struct at base. Not for sections and lists.
 * Errors: -E_CONFIG when the text is not what the row takes (base is untouched), -E_NOMEM.
 * Owns: texts are copied into the arena. */
int config_value_set(const struct config_row *row, struct str text, struct arena *arena,
		     void *base) MUST_USE;

/* COUNT, TIME (milliseconds), SECONDS, BYTES: the number a text stands for, whatever the
 * row's bounds. False when it is none. */
bool config_value_number(enum config_type type, struct str text, uint64_t *out);

/* What the row takes, to stand behind "expected": "a time from 50ms to 1h", "true or false". */
void config_value_expected(const struct config_row *row, struct buf *out);

#endif
