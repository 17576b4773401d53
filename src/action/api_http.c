/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/api_http.h"

#include "action/api_call.h"
#include "action/convert.h"
#include "action/plugin.h"
#include "proto/http_header.h"
#include "transport/request.h"

/* Headers that say how an answer is to be read. They are ours. */
static bool
is_ours(struct str name)
{
	static const struct str names[] = {
		STR("connection"), STR("date"),    STR("keep-alive"),
		STR("trailer"),    STR("upgrade"), STR("transfer-encoding"),
	};
	static const struct str kinds[] = {STR("content-"), STR("sec-websocket-")};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_nocase(name, names[i]))
			return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (name.len > kinds[i].len &&
		    str_eq_nocase((struct str){name.ptr, kinds[i].len}, kinds[i]))
			return true;
	return false;
}

static bool
is_value(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (((unsigned char)value.ptr[i] < ' ' && value.ptr[i] != '\t') ||
		    value.ptr[i] == 0x7f)
			return false;
	return true;
}

int
api_set_header(const struct tg_http_answer *answer, struct tg_str name,
	       struct tg_str value)
{
	struct request *r = answer->request;

	if (!http_is_token(from_tg(name)) || is_ours(from_tg(name)) ||
	    !is_value(from_tg(value)))
		return TG_E_ARGUMENT;
	buf_add_str(&r->headers, from_tg(name));
	buf_add_str(&r->headers, STR(": "));
	buf_add_str(&r->headers, from_tg(value));
	buf_add_str(&r->headers, STR("\r\n"));
	return TG_OK;
}

bool
api_request_header(const struct tg_http_answer *answer, struct tg_str name,
		   struct tg_str *value_out)
{
	const struct request *r = answer->request;
	struct str value = http_header_get(r->head, from_tg(name));

	*value_out = to_tg(value);
	return value.ptr != NULL;
}

int
api_add_headers(struct tg_host *host,
		void (*add)(const struct tg_http_answer *answer, void *state),
		void *state)
{
	struct buf why = BUF_INIT;

	if (!host->is_in_init)
		return TG_E_STATE;
	return api_offered(
		host,
		add ? registry_add_decorator(&host->all->registry, host, add, state)
		    : -E_ARGUMENT,
		&why);
}

void
api_http_decorate(const struct registry *registry, struct request *r, bool is_first)
{
	struct tg_http_answer answer = {.size = sizeof(answer),
					.is_first = is_first,
					.url = to_tg(r->head->target),
					.request = r};

	for (size_t i = 0; i < registry->decorators_n; i++)
		registry->decorators[i].add(&answer, registry->decorators[i].state);
}
