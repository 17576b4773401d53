/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/request.h"

#include "base/errors.h"
#include "transport/http_conn.h"
#include "transport/response.h"

#include <stdio.h>

void
request_answer(struct request *r, const struct answer *a)
{
	struct conn *c = r->conn;
	bool close = a->close || !r->head || !r->head->keep_alive ||
		     r->server->is_draining;
	bool without_body = r->head && r->head->method == HTTP_HEAD;
	struct frame *f;
	int error;

	r->is_answered = true;
	/* whoever answers is done with it, should the answer fail, too */
	r->on_abort = NULL;
	if (a->status >= 400)
		counter_add(&c->loop->counters, COUNTER_REQUESTS_REFUSED, 1);
	f = response_frame(a, buf_str(&r->headers), c->loop->wall_ms, !close,
			   without_body);
	error = f ? conn_send(c, f) : -E_NOMEM;
	frame_unref(f);
	if (!error && a->frame && !without_body)
		error = conn_send(c, a->frame);
	if (error)
		conn_close(c, error);
	else
		http_conn_finish(r, close);
}

void
request_answer_json(struct request *r, int status, struct str body)
{
	request_answer(r, &(struct answer){
				  .status = status,
				  .type = STR("application/json; charset=utf-8"),
				  .headers = STR("Cache-Control: no-store\r\n"),
				  .body = body,
			  });
}

/* Source: RFC 9457. */
static int
write_problem(char *out, size_t size, int error)
{
	int status = error_http_status(error);

	return snprintf(out, size,
			"{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,"
			"\"code\":\"%s\","
			"\"detail\":\"%s\"}",
			http_status_text(status), status, error_name(error),
			error_text(error));
}

void
request_refuse(struct request *r, int error)
{
	bool is_problem = r->server && r->server->tells_problems;
	/* clients look: engine.io says 413 and no more */
	bool is_bare = error == -E_TOO_LARGE && !is_problem;
	char body[320], allow[128] = "";
	int status = error_http_status(error);
	int n = is_problem
			? write_problem(body, sizeof(body), error)
			: snprintf(body, sizeof(body),
				   "{\"status\":%d,\"error\":\"%s\",\"message\":\"%s\"}",
				   status, error_name(error), error_text(error));
	int allow_n = 0;

	if (error == -E_NOMEM)
		loop_no_memory(r->conn->loop);
	if (status == 405 && r->route && r->route->allow)
		allow_n = snprintf(allow, sizeof(allow), "Allow: %s\r\n",
				   r->route->allow);
	request_answer(
		r, &(struct answer){
			   .status = status,
			   .type = is_bare      ? STR("")
				   : is_problem ? STR("application/problem+json")
						: STR("application/json; charset=utf-8"),
			   .headers = {allow, (size_t)allow_n},
			   .body = {body, is_bare ? 0 : (size_t)n},
			   /* what follows a refused head may be its body */
			   .close = !r->head || r->head->has_body,
		   });
}

void
request_move(struct request *r, struct loop *to)
{
	http_conn_move(r, to);
}

int
request_upgrade(struct request *r, struct str headers)
{
	struct conn *c = r->conn;
	struct answer a = {.status = 101, .headers = headers};
	struct frame *f = response_frame(&a, buf_str(&r->headers), c->loop->wall_ms, true,
					 true);
	int error = f ? conn_send(c, f) : -E_NOMEM;

	frame_unref(f);
	if (error)
		return error;
	conn_pause(c);
	http_conn_leave(r);
	return 0;
}
