/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/handshake.h"

#include "base/clock.h"
#include "proto/json.h"
#include "proto/uri.h"

/* The next header line. False at the end. */
static bool
next_header(struct str *rest, struct str *name_out, struct str *value_out)
{
	struct str line, value;

	if (!rest->ptr || !rest->len)
		return false;
	line = str_cut(rest, '\n');
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	value = line;
	*name_out = str_cut(&value, ':');
	*value_out = value.ptr ? str_trim(value) : STR("");
	return true;
}

bool
handshake_header(struct str headers, struct str name, struct str *value_out)
{
	struct str each, value;

	while (next_header(&headers, &each, &value)) {
		if (!str_eq(each, name))
			continue;
		*value_out = value;
		return true;
	}
	return false;
}

/* Was there a header of that name before this place? */
static bool
is_repeated(struct str headers, const char *before, struct str name)
{
	struct str each, value;

	while (next_header(&headers, &each, &value) && each.ptr < before)
		if (str_eq(each, name))
			return true;
	return false;
}

static void
write_headers(struct str headers, struct buf *out)
{
	struct str rest = headers, name, value, later, other;
	struct buf all = BUF_INIT;
	bool is_first = true;

	while (next_header(&rest, &name, &value)) {
		struct str behind = rest;

		if (!name.len || is_repeated(headers, name.ptr, name))
			continue;
		buf_clear(&all);
		buf_add_str(&all, value);
		while (next_header(&behind, &later, &other)) {
			if (!str_eq(later, name))
				continue;
			buf_add_str(&all, STR(", "));
			buf_add_str(&all, other);
		}
		if (!is_first)
			buf_add_char(out, ',');
		is_first = false;
		json_quote(out, name);
		buf_add_char(out, ':');
		json_quote(out, buf_str(&all));
	}
	if (all.failed)
		out->failed = true;
	buf_fini(&all);
}

static void
write_query(struct str query, struct arena *a, struct buf *out)
{
	struct query q = query_walk(query);
	struct str name, value;
	bool is_first = true;

	while (query_next(&q, &name, &value)) {
		if (uri_decode(name, true, a, &name) ||
		    uri_decode(value, true, a, &value))
			continue;
		if (!is_first)
			buf_add_char(out, ',');
		is_first = false;
		json_quote(out, name);
		buf_add_char(out, ':');
		json_quote(out, value);
	}
}

void
handshake_write_json(const struct handshake *h, struct arena *a, struct buf *out)
{
	char time[CLOCK_TEXT_BYTES];

	clock_text(h->issued_ms, time);
	buf_add_str(out, STR("{\"headers\":{"));
	write_headers(h->headers, out);
	buf_printf(out, "},\"time\":\"%s\",\"address\":", time);
	json_quote(out, h->address);
	buf_printf(out, ",\"xdomain\":%s,\"secure\":%s,\"issued\":%lld,\"url\":",
		   h->xdomain ? "true" : "false", h->secure ? "true" : "false",
		   (long long)h->issued_ms);
	json_quote(out, h->url);
	buf_add_str(out, STR(",\"query\":{"));
	write_query(h->query, a, out);
	buf_add_str(out, STR("},\"auth\":"));
	buf_add_str(out, h->auth.len ? h->auth : STR("{}"));
	buf_add_char(out, '}');
}
