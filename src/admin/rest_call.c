/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest_call.h"

#include "base/errors.h"
#include "proto/json.h"

#include <stdlib.h>

static void
free_call(struct rest_call *c)
{
	arena_fini(&c->arena);
	free(c);
}

void
problem_write(struct buf *out, const struct problem *p)
{
	int status = error_http_status(p->error);

	buf_printf(out,
		   "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,"
		   "\"code\":\"%s\",\"detail\":",
		   http_status_text(status), status, error_name(p->error));
	json_quote(out, p->detail.len ? p->detail : str_from(error_text(p->error)));
	if (p->pointer.ptr) {
		buf_add_str(out, STR(",\"pointer\":"));
		json_quote(out, p->pointer);
	}
	buf_add_char(out, '}');
}

static void
finish(struct rest_call *c, int status, struct str type, struct str headers,
       const struct buf *body)
{
	struct request *r = c->request;

	free_call(c);
	if (!r)
		return; /* the client has left */
	if (body->failed)
		request_refuse(r, -E_NOMEM);
	else
		request_answer(r, &(struct answer){.status = status,
						   .type = type,
						   .headers = headers,
						   .body = buf_str(body)});
}

void
rest_answer(struct rest_call *c, int status, const struct buf *body)
{
	finish(c, status, STR("application/json; charset=utf-8"),
	       STR("Cache-Control: no-store\r\n"), body);
}

void
rest_answer_problem(struct rest_call *c, int error, const struct buf *body)
{
	finish(c, error_http_status(error), STR("application/problem+json"),
	       STR("Cache-Control: no-store\r\n"), body);
}

void
rest_problem(struct rest_call *c, const struct problem *p)
{
	struct buf body = BUF_INIT;

	problem_write(&body, p);
	rest_answer_problem(c, p->error, &body);
	buf_fini(&body);
}

void
rest_refuse(struct rest_call *c, int error)
{
	rest_problem(c, &(struct problem){.error = error});
}

struct str
rest_query(struct rest_call *c, const char *name)
{
	struct str value = STR("");

	if (query_get(c->query, str_from(name), &c->arena, &value))
		value = arena_copy(&c->arena, value); /* it may point into the request */
	return value;
}

struct str
rest_value_text(struct rest_call *c, struct str value)
{
	struct buf text = BUF_INIT;
	struct str copy;

	if (json_kind(value) != JSON_STRING_KIND)
		return arena_copy(&c->arena, value);
	if (json_borrow_string(value, &copy))
		return arena_copy(&c->arena, copy);
	json_unescape(value, &text);
	copy = text.failed ? STR("") : arena_copy(&c->arena, buf_str(&text));
	buf_fini(&text);
	return copy;
}

struct str
rest_text(struct rest_call *c, struct str object, const char *name)
{
	struct str value;

	return json_get(object, str_from(name), &value) ? rest_value_text(c, value)
							: STR("");
}
