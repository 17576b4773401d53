/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_report.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_BYTES = 1024, PATH_DEPTH_MAX = 32, TEXT_BYTES_MAX = 60 };

struct place {
	const char *source;
	uint64_t line, column;
	const struct config_path *path;
};

/* "mounts.0.path" */
static void
add_path(struct buf *out, const struct config_path *path)
{
	const struct config_path *way[PATH_DEPTH_MAX];
	size_t n = 0;

	for (; path && path->up && n < PATH_DEPTH_MAX; path = path->up)
		way[n++] = path;
	for (size_t i = n; i-- > 0;) {
		if (way[i]->name.ptr)
			config_report_add_escaped(out, way[i]->name);
		else
			buf_add_u64(out, way[i]->index);
		if (i)
			buf_add_char(out, '.');
	}
}

void
config_report_add_escaped(struct buf *out, struct str text)
{
	size_t n = text.len < TEXT_BYTES_MAX ? text.len : TEXT_BYTES_MAX;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_add_char(out, (char)c);
	}
	if (n < text.len)
		buf_add_str(out, STR("…"));
}

void
config_report_add_quoted(struct buf *out, struct str text)
{
	buf_add_char(out, '"');
	config_report_add_escaped(out, text);
	buf_add_char(out, '"');
}

static void add_line(struct config_report *r, const struct place *place,
		     const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void
add_line(struct config_report *r, const struct place *place, const char *format,
	 va_list args)
{
	char sentence[LINE_BYTES];

	r->faults_n++;
	if (r->faults_n == CONFIG_FAULTS_MAX + 1)
		buf_add_str(r->lines, STR("there are more faults than these\n"));
	if (r->faults_n > CONFIG_FAULTS_MAX)
		return;
	if (place->source)
		buf_add_str(r->lines, str_from(place->source));
	if (place->source && place->line)
		buf_printf(r->lines, ":%llu:%llu", (unsigned long long)place->line,
			   (unsigned long long)place->column);
	if (place->source)
		buf_add_str(r->lines, STR(": "));
	if (place->path && place->path->up) {
		add_path(r->lines, place->path);
		buf_add_str(r->lines, STR(": "));
	}
	vsnprintf(sentence, sizeof(sentence), format, args);
	buf_add_str(r->lines, str_from(sentence));
	buf_add_char(r->lines, '\n');
}

void
config_report_fault(struct config_report *r, const struct config_node *at,
		    const struct config_path *path, const char *format, ...)
{
	struct place place = {.path = path};
	va_list args;

	if (at) {
		place.source = at->source;
		place.line = at->line;
		place.column = at->column;
	}
	va_start(args, format);
	add_line(r, &place, format, args);
	va_end(args);
}

void
config_report_name(struct config_report *r, const struct config_node *at,
		   const struct config_path *path, const char *format, ...)
{
	struct place place = {at->source, at->name_line, at->name_column, path};
	va_list args;

	va_start(args, format);
	add_line(r, &place, format, args);
	va_end(args);
}

void
config_report_place(struct config_report *r, const char *source, uint64_t line,
		    uint64_t column, const char *format, ...)
{
	struct place place = {source, line, column, NULL};
	va_list args;

	va_start(args, format);
	add_line(r, &place, format, args);
	va_end(args);
}
