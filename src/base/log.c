/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

/* Of the fields. With every byte escaped and all around it a line is still less than PIPE_BUF:
 * who says that there is room has room for it. */
enum { LOG_LINE_BYTES = 1900 };

static _Atomic int max_level = LOG_INFO;
static _Atomic bool json_lines;
static atomic_ullong lost_n;
static const char *const level_names[] = {"error", "warn", "info", "debug"};

void
log_configure(enum log_level level, bool as_json)
{
	atomic_store(&max_level, level == LOG_OFF ? -1 : (int)level);
	atomic_store(&json_lines, as_json);
}

bool
log_is_on(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&max_level, memory_order_relaxed);
}

struct log_text
log_escape(struct str s)
{
	struct log_text out;
	size_t n = 0;

	out.text[n++] = '"';
	for (size_t i = 0; i < s.len && n < LOG_TEXT_BYTES - 8; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == '"' || c == '\\' || c < 0x20 || c >= 0x7f)
			n += (size_t)snprintf(out.text + n, 5, "\\x%02x", c);
		else
			out.text[n++] = (char)c;
	}
	out.text[n++] = '"';
	out.text[n] = '\0';
	return out;
}

/* "key=value key="va lue"" as members of a JSON object. \xNN of LOG_TEXT becomes \u00NN. */
static void
add_json_fields(struct buf *line, const char *fields)
{
	const char *p = fields;

	while (*p) {
		const char *eq = strchr(p, '=');
		bool quoted;

		if (!eq)
			break;
		buf_printf(line, ",\"%.*s\":\"", (int)(eq - p), p);
		quoted = eq[1] == '"';
		for (p = eq + 1 + quoted; *p && *p != (quoted ? '"' : ' '); p++) {
			if (p[0] == '\\' && p[1] == 'x') {
				buf_add_str(line, STR("\\u00"));
				p++;
			} else if (*p == '\\' || *p == '"') {
				buf_add_char(line, '\\');
				buf_add_char(line, *p);
			} else {
				buf_add_char(line, *p);
			}
		}
		buf_add_char(line, '"');
		p += quoted && *p == '"';
		p += strspn(p, " ");
	}
}

static void
write_event(struct buf *line, enum log_level level, const char *event, const char *fields)
{
	char now[CLOCK_TEXT_BYTES];

	clock_text(clock_system.wall_ms(NULL), now);
	if (atomic_load(&json_lines)) {
		buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"",
			   now, level_names[level], event);
		add_json_fields(line, fields);
		buf_add_str(line, STR("}\n"));
	} else {
		buf_printf(line, "%s %s %s%s%s\n", now, level_names[level], event,
			   *fields ? ": " : "", fields);
	}
}

/* False when it would have to wait, or cannot be written at all. The descriptor may be shared
 * with others, so it stays as it is: blocking. */
static bool
put(const struct buf *line)
{
	struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

	return !line->failed && poll(&out, 1, 0) == 1 && out.revents & POLLOUT &&
	       write(STDERR_FILENO, line->data, line->len) == (ssize_t)line->len;
}

/* Before a line goes out, how many did not. False: there is no room for that. */
static bool
tell_lost(unsigned long long lost)
{
	struct buf line = BUF_INIT;
	char fields[32];
	bool is_told;

	snprintf(fields, sizeof(fields), "n=%llu", lost);
	write_event(&line, LOG_WARN, "lines of the log were lost", fields);
	is_told = put(&line);
	buf_fini(&line);
	return is_told;
}

void
log_line(enum log_level level, const char *event, const char *fields, ...)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* look, then write */
	static unsigned long long told_n;
	char text[LOG_LINE_BYTES];
	struct buf line = BUF_INIT;
	unsigned long long lost;
	va_list args;

	if (!log_is_on(level))
		return;
	va_start(args, fields);
	vsnprintf(text, sizeof(text), fields, args);
	va_end(args);
	write_event(&line, level, event, text);
	pthread_mutex_lock(&lock);
	lost = atomic_load(&lost_n);
	if (lost != told_n && tell_lost(lost - told_n))
		told_n = lost;
	if (lost != told_n || !put(&line))
		atomic_fetch_add(&lost_n, 1);
	pthread_mutex_unlock(&lock);
	buf_fini(&line);
}

uint64_t
log_lost_n(void)
{
	return atomic_load(&lost_n);
}

bool
log_may(struct log_throttle *t, uint64_t now_ms, uint64_t *suppressed_out)
{
	uint64_t second = now_ms / 1000 + 1, last = atomic_load(&t->second);

	if (last == second ||
	    !atomic_compare_exchange_strong(&t->second, &last, second)) {
		atomic_fetch_add(&t->held_back, 1);
		return false;
	}
	*suppressed_out = atomic_exchange(&t->held_back, 0);
	return true;
}
