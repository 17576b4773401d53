/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of Sec-WebSocket-Extensions: extensions with commas between, each with parameters
 * behind semicolons. Empty elements are passed over, as RFC 9110 5.6.1.2 wants of lists.
 * Source: RFC 6455 9.1.
 */
#include "proto/websocket.h"

#include "base/errors.h"

static bool
take_char(struct str *s, char c)
{
	*s = str_trim(*s);
	if (s->len == 0 || *s->ptr != c)
		return false;
	*s = str_skip(*s, 1);
	return true;
}

static bool
take_token(struct str *s, struct str *out)
{
	*s = str_trim(*s);
	*out = (struct str){s->ptr, http_token_run(*s)};
	*s = str_skip(*s, out->len);
	return out->len > 0;
}

/* In quotes stands a token as well, of which each character may have a backslash before it. */
static bool
take_value(struct str *s, struct str *out)
{
	struct str rest;

	if (!take_char(s, '"'))
		return take_token(s, out);
	for (rest = *s; rest.len && *rest.ptr != '"'; rest = str_skip(rest, 1)) {
		if (*rest.ptr == '\\')
			rest = str_skip(rest, 1);
		if (!http_is_token((struct str){rest.ptr, rest.len ? 1 : 0}))
			return false;
	}
	*out = (struct str){s->ptr, s->len - rest.len};
	*s = rest;
	return out->len > 0 && take_char(s, '"');
}

int
ws_extensions_next(struct ws_extensions *list, struct ws_extension_word *out)
{
	bool is_param = list->is_begun;

	*out = (struct ws_extension_word){0};
	while (take_char(&list->rest, ','))
		is_param = false;
	if (list->rest.len == 0)
		return list->is_begun ? 0 : -E_HTTP_SYNTAX;
	list->is_begun = true;
	out->is_param = is_param;
	if (is_param && !take_char(&list->rest, ';'))
		return -E_HTTP_SYNTAX;
	if (!take_token(&list->rest, &out->name))
		return -E_HTTP_SYNTAX;
	out->has_value = is_param && take_char(&list->rest, '=');
	if (out->has_value && !take_value(&list->rest, &out->value))
		return -E_HTTP_SYNTAX;
	return 1;
}
