/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line, one event: log_info("session closed", "why=%s sid=%s age_ms=%u", …) prints
 * "2026-01-01T00:00:00Z info session closed: why=ping_timeout …" or, as JSON, an object of
 * those fields. Client text goes through LOG_TEXT, which escapes and cuts it. Tokens and
 * payloads are never logged. Any thread; each line is one write(2) to standard error. Who logs
 * never waits: a line that finds no room (a pipe that nobody reads, a full disk) is lost, which
 * is counted and said as soon as there is room.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_OFF };

/* From configuration, at start and on reload. */
void log_configure(enum log_level level, bool as_json);

/* Would a line of that level be written? */
bool log_is_on(enum log_level level);

void log_line(enum log_level level, const char *event, const char *fields, ...)
	PRINTF_LIKE(3, 4);

/* Lines that could not be written so far. [any thread] */
uint64_t log_lost_n(void);

/* error = a human must act; warn = a promise bent; info = the server's life; debug =
 * clients' lives. fields is a format of key=value pairs, "" for none. */
#define log_error(event, ...) log_line(LOG_ERROR, event, __VA_ARGS__)
#define log_warn(event, ...) log_line(LOG_WARN, event, __VA_ARGS__)
#define log_info(event, ...) log_line(LOG_INFO, event, __VA_ARGS__)
#define log_debug(event, ...)                                                            \
	do {                                                                             \
		if (log_is_on(LOG_DEBUG))                                                \
			log_line(LOG_DEBUG, event, __VA_ARGS__);                         \
	} while (0)

enum { LOG_TEXT_BYTES = 160 };

struct log_text {
	char text[LOG_TEXT_BYTES];
};

/* Quoted, control and non-ASCII bytes as \xNN, cut to fit. */
struct log_text log_escape(struct str s);
#define LOG_TEXT(s) log_escape(s).text

/* True at most once a second per site; *suppressed_out counts what was held back since. */
struct log_throttle {
	_Atomic uint64_t second, held_back;
};
bool log_may(struct log_throttle *t, uint64_t now_ms, uint64_t *suppressed_out);

#endif
