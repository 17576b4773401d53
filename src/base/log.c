/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { LOG_LINE_BYTES = 2048 };

static _Atomic int max_level = LOG_INFO;
static _Atomic bool json_lines;
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

void
log_line(enum log_level level, const char *event, const char *fields, ...)
{
	char text[LOG_LINE_BYTES], now[CLOCK_TEXT_BYTES];
	struct buf line = BUF_INIT;
	va_list args;

	if (!log_is_on(level))
		return;
	va_start(args, fields);
	vsnprintf(text, sizeof(text), fields, args);
	va_end(args);
	clock_text(clock_system.wall_ms(NULL), now);
	if (atomic_load(&json_lines)) {
		buf_printf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"",
			   now, level_names[level], event);
		add_json_fields(&line, text);
		buf_add_str(&line, STR("}\n"));
	} else {
		buf_printf(&line, "%s %s %s%s%s\n", now, level_names[level], event,
			   *text ? ": " : "", text);
	}
	if (!line.failed && write(STDERR_FILENO, line.data, line.len) < 0) {
		/* nobody is left to be told */
	}
	buf_fini(&line);
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
