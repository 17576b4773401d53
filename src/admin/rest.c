/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest.h"

#include "action/actions.h"
#include "admin/explain.h"
#include "admin/health.h"
#include "admin/idempotency.h"
#include "admin/metrics.h"
#include "admin/openapi.h"
#include "admin/rest_schemas.h"
#include "admin/rest_table.h"
#include "base/errors.h"
#include "config/config.h"
#include "policy/schema.h"
#include "proto/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };

/* --- refusing before there is a call ------------------------------------------------------ */

static void
refuse(struct request *r, int error, const char *headers)
{
	struct buf body = BUF_INIT;

	problem_write(&body, &(struct problem){.error = error});
	request_answer(r, &(struct answer){
				  .status = error_http_status(error),
				  .type = STR("application/problem+json"),
				  .headers = str_from(headers),
				  .body = buf_str(&body),
				  .close = r->head->has_body, /* which is not read */
			  });
	buf_fini(&body);
}

static bool
has_key(const struct request *r)
{
	struct str value = http_header_get(r->head, STR("authorization")),
		   scheme = STR("Bearer "),
		   key = str_from(r->conn->loop->config->api_key);

	if (!key.len || value.len < scheme.len ||
	    !str_eq_nocase((struct str){value.ptr, scheme.len}, scheme))
		return false;
	return str_eq_secret(str_trim(str_skip(value, scheme.len)), key);
}

/* At the head of the request: who may not call, or calls nothing, sends no body. */
static enum route_next
begin(struct request *r)
{
	const struct rest *rest = r->route->arg;
	struct str param;
	char allow[32], headers[64];
	const struct rest_row *row = rest_find(r->head->uri.path, r->head->method, &param,
					       allow);
	bool is_open = row && (row->flags & REST_DEMO) && rest->config->demo;

	if (!is_open && !has_key(r)) {
		refuse(r, -E_INVALID_TOKEN, "WWW-Authenticate: Bearer\r\n");
		return ROUTE_TAKEN;
	}
	if (row && (is_open || !(row->flags & REST_DEMO)))
		return ROUTE_SERVE;
	snprintf(headers, sizeof(headers), "Allow: %s\r\n", allow);
	if (*allow)
		refuse(r, -E_HTTP_METHOD, headers);
	else
		refuse(r, -E_NOT_FOUND, "");
	return ROUTE_TAKEN;
}

/* --- one call ----------------------------------------------------------------------------- */

static void
on_abort(struct request *r)
{
	struct rest_call *c = r->state;

	c->request = NULL;
}

static bool
problem_at(struct rest_call *c, int error, struct str pointer, struct str detail)
{
	rest_problem(c, &(struct problem){error, pointer, detail});
	return false;
}

/* False when the call was answered with what is wrong in its body. */
static bool
check_body(struct rest_call *c)
{
	const struct schema *schema = c->rest->schemas[c->row - rest_rows];
	const struct json_limits limits = {.depth = 64, .values = 200000};
	struct buf pointer = BUF_INIT, why = BUF_INIT;
	int error;

	if (!schema)
		return true;
	error = json_check(buf_str(&c->request->body), &limits, NULL);
	if (error)
		return problem_at(c, error, STR(""), STR(""));
	c->body = json_trim(buf_str(&c->request->body));
	error = schema_check(schema, c->body, &pointer, &why);
	if (error) /* an empty pointer is the body itself */
		problem_at(c, error, pointer.len ? buf_str(&pointer) : STR(""),
			   buf_str(&why));
	buf_fini(&pointer);
	buf_fini(&why);
	return !error;
}

static bool
check_query(struct rest_call *c)
{
	struct str limit = rest_query(c, "limit");
	uint64_t n = LIMIT_DEFAULT;

	if ((c->row->flags & REST_USER) && !rest_query(c, "user").len)
		return problem_at(c, -E_ARGUMENT, (struct str){NULL, 0},
				  STR("the query must have user"));
	if (!(c->row->flags & REST_LIST))
		return true;
	if (limit.len && (!str_to_u64(limit, LIMIT_MAX, &n) || n == 0))
		return problem_at(c, -E_RANGE, (struct str){NULL, 0},
				  STR("limit must be a whole number from 1 to 1000"));
	c->limit = (uint32_t)n;
	c->cursor = rest_query(c, "cursor");
	return true;
}

static void
serve(struct request *r)
{
	struct rest *rest = r->route->arg;
	struct rest_call *c = calloc(1, sizeof(*c));
	struct str param;
	char allow[32];

	if (!c) {
		refuse(r, -E_NOMEM, "");
		return;
	}
	c->rest = rest;
	c->request = r;
	c->loop = r->conn->loop;
	c->hub = rest->hubs->hub[c->loop->id];
	c->query = r->head->uri.query;
	c->row = rest_find(r->head->uri.path, r->head->method, &param, allow);
	r->state = c;
	r->on_abort = on_abort;
	r->outlives_end = true;
	if (param.len) {
		if (uri_decode(param, false, &r->arena, &c->param)) {
			rest_refuse(c, -E_PERCENT);
			return;
		}
		c->param = arena_copy(&c->arena, c->param);
	}
	if (check_query(c) && check_body(c))
		c->row->serve(c);
}

/* --- the document, and what stands beside the calls --------------------------------------- */

static void
serve_document(struct request *r)
{
	const struct rest *rest = r->route->arg;

	request_answer(r, &(struct answer){
				  .status = 200,
				  .type = STR("application/json; charset=utf-8"),
				  .frame = rest->document,
			  });
}

static enum route_next
begin_with_key(struct request *r)
{
	if (has_key(r))
		return ROUTE_SERVE;
	refuse(r, -E_INVALID_TOKEN, "WWW-Authenticate: Bearer\r\n");
	return ROUTE_TAKEN;
}

static enum route_next
begin_metrics(struct request *r)
{
	return r->conn->loop->config->metrics_open ? ROUTE_SERVE : begin_with_key(r);
}

static void
serve_metrics(struct request *r)
{
	const struct rest *rest = r->route->arg;
	struct buf body = BUF_INIT;

	metrics_write(&body, rest->hubs, rest->base_bytes);
	meters_write(&rest->actions->registry.meters, &body);
	if (body.failed)
		refuse(r, -E_NOMEM, "");
	else
		request_answer(
			r,
			&(struct answer){
				.status = 200,
				.type = STR("text/plain; version=0.0.4; charset=utf-8"),
				.headers = STR("Cache-Control: no-store\r\n"),
				.body = buf_str(&body),
			});
	buf_fini(&body);
}

static int
add_routes(struct rest *r)
{
	const struct route rows[] = {
		{.path = "/metrics",
		 .allow = "GET, HEAD",
		 .begin = begin_metrics,
		 .serve = serve_metrics,
		 .arg = r},
		{.path = "/healthz", .allow = "GET, HEAD", .serve = health_serve_live},
		{.path = "/readyz",
		 .allow = "GET, HEAD",
		 .serve = health_serve_ready,
		 .arg = r->is_ready},
		{.path = "/api/v1/openapi.json",
		 .allow = "GET, HEAD",
		 .begin = begin_with_key,
		 .serve = serve_document,
		 .arg = r},
		{.path = "/", .subtree = true, .begin = begin, .serve = serve, .arg = r},
	};
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(rows) / sizeof(rows[0]); i++)
		error = router_add(r->router, &rows[i]);
	return error;
}

static int
compile_schemas(struct rest *r, struct buf *errors)
{
	int error = 0;

	for (size_t i = 0; !error && i < rest_rows_n; i++) {
		struct buf text = BUF_INIT;

		if (!rest_rows[i].body)
			continue;
		openapi_add_schema(&text, rest_rows[i].body);
		error = text.failed
				? -E_NOMEM
				: schema_compile(buf_str(&text), &r->schemas[i], errors);
		buf_fini(&text);
	}
	return error;
}

bool
rest_is_wanted(const struct config *c)
{
	return *c->api_listen && *c->api_key;
}

int
rest_new(const struct rest_base *base, struct rest **out, struct buf *errors)
{
	struct rest *r = calloc(1, sizeof(*r));
	int error;

	if (!r)
		return -E_NOMEM;
	r->config = base->config;
	r->hubs = base->hubs;
	r->base_bytes = metrics_memory_bytes();
	r->actions = base->actions;
	r->demo = base->demo;
	r->notify = base->notify;
	r->is_ready = base->is_ready;
	r->router = router_new();
	r->schemas = calloc(rest_rows_n, sizeof(struct schema *));
	r->idempotency = idempotency_new(base->config->api_keys_n,
					 base->config->api_keys_ms);
	r->explain = explain_new(base->config->explain_n);
	r->document = openapi_document(base->config->demo);
	error = r->router && r->schemas && r->idempotency && r->explain && r->document
			? 0
			: -E_NOMEM;
	if (!error)
		error = compile_schemas(r, errors);
	if (!error)
		error = add_routes(r);
	if (error) {
		rest_free(r);
		return error;
	}
	*out = r;
	return 0;
}

void
rest_free(struct rest *r)
{
	if (!r)
		return;
	for (size_t i = 0; r->schemas && i < rest_rows_n; i++)
		schema_free(r->schemas[i]);
	free(r->schemas);
	router_free(r->router);
	idempotency_free(r->idempotency);
	explain_free(r->explain);
	frame_unref(r->document);
	free(r);
}

const struct router *
rest_router(const struct rest *r)
{
	return r->router;
}
