/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/health.h"

#include "base/errors.h"

static void
answer(struct request *r, int status, struct str body)
{
	if (r->head->method != HTTP_GET && r->head->method != HTTP_HEAD)
		request_refuse(r, -E_HTTP_METHOD);
	else
		request_answer_json(r, status, body);
}

void
health_serve_live(struct request *r)
{
	answer(r, 200, STR("{\"status\":\"alive\"}"));
}

void
health_serve_ready(struct request *r)
{
	atomic_bool *is_ready = r->route->arg;

	if (atomic_load(is_ready))
		answer(r, 200, STR("{\"status\":\"ready\"}"));
	else
		answer(r, 503, STR("{\"status\":\"draining\"}"));
}
