/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/credentials.h"

static struct str
from_cookie(const struct session_hello *hello, struct str name)
{
	struct str rest = session_hello_header(hello, STR("cookie"));

	while (rest.ptr && name.len) {
		struct str pair = str_trim(str_cut(&rest, ';'));

		if (str_has_prefix(pair, name) && pair.len > name.len && pair.ptr[name.len] == '=')
			return str_skip(pair, name.len + 1);
	}
	return (struct str){NULL, 0};
}

struct str
credentials_subprotocol(struct str list, struct str prefix)
{
	while (list.ptr) {
		struct str item = str_trim(str_cut(&list, ','));

		if (str_has_prefix(item, prefix))
			return item;
	}
	return (struct str){NULL, 0};
}

struct str
credentials_token(const struct session_hello *hello, struct str cookie, struct arena *a)
{
	struct str token, scheme = STR("Bearer "), prefix = STR("bearer.");

	if (query_get(session_hello_query(hello), STR("token"), a, &token) && token.len)
		return token;
	token = session_hello_header(hello, STR("authorization"));
	if (token.len > scheme.len &&
	    str_eq_nocase((struct str){token.ptr, scheme.len}, scheme))
		return str_trim(str_skip(token, scheme.len));
	token = from_cookie(hello, cookie);
	if (token.len)
		return token;
	token = credentials_subprotocol(
		session_hello_header(hello, STR("sec-websocket-protocol")), prefix);
	return token.len ? str_skip(token, prefix.len) : token;
}
