/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/forwarded.h"

#include "base/errors.h"
#include "proto/http_header.h"

static void
skip_blanks(struct str *s)
{
	while (s->len && (s->ptr[0] == ' ' || s->ptr[0] == '\t'))
		*s = str_skip(*s, 1);
}

/* The text before the next of the marks (or all of it). */
static struct str
take_until(struct str *s, const char *marks)
{
	size_t n = 0;
	struct str text;

	while (n < s->len && (s->ptr[n] == '\0' || !strchr(marks, s->ptr[n])))
		n++;
	text = (struct str){s->ptr, n};
	*s = str_skip(*s, n);
	return text;
}

/* A quoted string without its quotes; escapes stay as they are: no address has any. */
static bool
take_quoted(struct str *s, struct str *out)
{
	for (size_t i = 1; i < s->len; i++) {
		if (s->ptr[i] == '\\') {
			i++;
		} else if (s->ptr[i] == '"') {
			*out = (struct str){s->ptr + 1, i - 1};
			*s = str_skip(*s, i + 1);
			return true;
		}
	}
	return false;
}

static bool
take_pair(struct str *s, struct str *name_out, struct str *value_out)
{
	*name_out = take_until(s, "=;, \t\"");
	if (!http_is_token(*name_out) || s->len < 2 || s->ptr[0] != '=')
		return false;
	*s = str_skip(*s, 1);
	if (s->ptr[0] == '"')
		return take_quoted(s, value_out);
	*value_out = take_until(s, ";, \t");
	/* an IPv6 address or a port needs quotes, and many proxies forget them */
	return value_out->len > 0 && !memchr(value_out->ptr, '"', value_out->len);
}

int
forwarded_next(struct str *rest, struct str *for_out)
{
	struct str name, value;
	char mark = ';';

	*for_out = (struct str){NULL, 0};
	skip_blanks(rest);
	if (!rest->ptr || rest->len == 0)
		return 0;
	while (mark == ';') {
		if (rest->len && rest->ptr[0] != ';' && rest->ptr[0] != ',') {
			if (!take_pair(rest, &name, &value))
				return -E_HTTP_SYNTAX;
			if (str_eq_nocase(name, STR("for"))) {
				if (for_out->ptr)
					return -E_HTTP_SYNTAX; /* each name once: 4 */
				*for_out = value;
			}
		}
		skip_blanks(rest);
		if (rest->len == 0)
			return 1;
		mark = rest->ptr[0];
		if (mark != ';' && mark != ',')
			return -E_HTTP_SYNTAX;
		*rest = str_skip(*rest, 1);
		skip_blanks(rest);
	}
	return 1;
}
