/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/credentials.h"

static const struct str bearer = STR("bearer.");

/* What of a request may hold a token. */
struct sources {
	struct str token, authorization, cookies, subprotocols; /* token: of the query */
};

static struct str
from_cookie(struct str cookies, struct str name)
{
	while (cookies.ptr && name.len) {
		struct str pair = str_trim(str_cut(&cookies, ';'));

		if (str_has_prefix(pair, name) && pair.len > name.len &&
		    pair.ptr[name.len] == '=')
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

static struct str
token_in(const struct sources *p, struct str cookie)
{
	struct str token, scheme = STR("Bearer ");

	if (p->token.len)
		return p->token;
	if (p->authorization.len > scheme.len &&
	    str_eq_nocase((struct str){p->authorization.ptr, scheme.len}, scheme))
		return str_trim(str_skip(p->authorization, scheme.len));
	token = from_cookie(p->cookies, cookie);
	if (token.len)
		return token;
	token = credentials_subprotocol(p->subprotocols, bearer);
	return token.len ? str_skip(token, bearer.len) : token;
}

struct str
credentials_token(const struct session_hello *hello, struct str cookie, struct arena *a)
{
	struct sources p = {{NULL, 0},
			    session_hello_header(hello, STR("authorization")),
			    session_hello_header(hello, STR("cookie")),
			    session_hello_header(hello, STR("sec-websocket-protocol"))};

	if (!query_get(session_hello_query(hello), STR("token"), a, &p.token))
		p.token.len = 0;
	return token_in(&p, cookie);
}

struct str
credentials_of_request(struct request *r, struct str token, struct str cookie)
{
	static const struct str protocols = STR("sec-websocket-protocol");
	const struct http_head *head = r->head;
	struct sources p = {.token = token};

	for (size_t i = 0; i < head->headers_n; i++) {
		const struct http_header *line = &head->headers[i];

		if (!p.authorization.ptr &&
		    str_eq_nocase(line->name, STR("authorization")))
			p.authorization = line->value;
		else if (!p.cookies.ptr && str_eq_nocase(line->name, STR("cookie")))
			p.cookies = line->value;
		else if (!p.subprotocols.ptr && str_eq_nocase(line->name, protocols))
			p.subprotocols = http_header_list(head, protocols, &r->arena);
	}
	return token_in(&p, cookie);
}

struct str
credentials_chosen_subprotocol(struct str list)
{
	struct str first = {NULL, 0};

	while (list.ptr) {
		struct str item = str_trim(str_cut(&list, ','));

		if (item.len == 0)
			continue;
		if (!http_is_token(item))
			return (struct str){NULL, 0};
		if (!str_has_prefix(item, bearer))
			return item;
		if (!first.ptr)
			first = item;
	}
	return first;
}
