/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/engine.h"

#include "base/errors.h"
#include "config/config.h"
#include "session/arrivals.h"
#include "session/cors.h"
#include "session/credentials.h"
#include "session/upgrade.h"

#include <stdio.h>
#include <stdlib.h>

/* Codes of engine.io, printed in its own JSON. */
enum refusal {
	UNKNOWN_TRANSPORT,
	UNKNOWN_SID,
	BAD_METHOD,
	BAD_REQUEST,
	FORBIDDEN,
	BAD_PROTOCOL,
	ACCEPTED
};

static const struct {
	int status;
	const char *message;
} refusals[] = {
	[UNKNOWN_TRANSPORT] = {400, "Transport unknown"},
	[UNKNOWN_SID] = {400, "Session ID unknown"},
	[BAD_METHOD] = {400, "Bad handshake method"},
	[BAD_REQUEST] = {400, "Bad request"},
	[FORBIDDEN] = {403, "Forbidden"},
	[BAD_PROTOCOL] = {400, "Unsupported protocol version"},
};

static void
refuse(struct request *r, enum refusal code)
{
	char body[96];
	int n = snprintf(body, sizeof(body), "{\"code\":%d,\"message\":\"%s\"}", code,
			 refusals[code].message);

	request_answer(r, &(struct answer){
				  .status = refusals[code].status,
				  .type = STR("application/json"),
				  .body = {body, (size_t)n},
				  .close = r->head->has_body || r->head->upgrade,
			  });
}

/* The members of the query that Engine.IO knows. */
struct asked {
	struct str transport, sid, eio;
	bool has_sid, is_websocket, base64;
};

/* Of several members of one name the first counts; one that is badly encoded is empty. */
static void
take_first(struct request *r, const struct query *q, struct str raw, struct str *out)
{
	if (!out->ptr && !query_value(q, raw, &r->arena, out))
		*out = STR("");
}

static void
read_query(struct request *r, struct asked *out)
{
	struct query q = query_walk(r->head->uri.query);
	struct str name, raw;
	struct str b64 = {NULL, 0}, j;
	struct asked a = {0};

	while (query_next(&q, &name, &raw))
		if (query_name_is(&q, name, STR("transport")))
			take_first(r, &q, raw, &a.transport);
		else if (query_name_is(&q, name, STR("EIO")))
			take_first(r, &q, raw, &a.eio);
		else if (query_name_is(&q, name, STR("sid")))
			take_first(r, &q, raw, &a.sid);
		else if (query_name_is(&q, name, STR("b64")))
			take_first(r, &q, raw, &b64);
	a.has_sid = a.sid.len > 0;
	a.is_websocket = str_eq(a.transport, STR("websocket"));
	a.base64 = b64.len && !str_eq(b64, STR("0"));
	/* a script cannot take bytes */
	if (str_eq(a.eio, STR("3")) &&
	    query_get(r->head->uri.query, STR("j"), &r->arena, &j))
		a.base64 = true;
	*out = a;
}

/* Read once: begin and serve, and a begin on each loop that the request moves to, want it.
 * NULL when memory is short. */
static const struct asked *
asked_of(struct request *r)
{
	if (!r->begun) {
		r->begun = malloc(sizeof(struct asked));
		if (r->begun)
			read_query(r, r->begun);
	}
	return r->begun;
}

static enum refusal
check_transport(const struct engine *e, const struct asked *a)
{
	if (a->is_websocket)
		return e->mount->websocket ? ACCEPTED : UNKNOWN_TRANSPORT;
	return str_eq(a->transport, STR("polling")) && e->mount->polling
		       ? ACCEPTED
		       : UNKNOWN_TRANSPORT;
}

static enum refusal
check_first_request(const struct engine *e, const struct asked *a,
		    const struct http_head *head)
{
	if (head->method != HTTP_GET)
		return BAD_METHOD;
	if (a->is_websocket && !head->upgrade)
		return BAD_REQUEST;
	if (str_eq(a->eio, STR("4")))
		return ACCEPTED;
	return e->mount->eio3 && str_eq(a->eio, STR("3")) ? ACCEPTED : BAD_PROTOCOL;
}

/* May this request go to this session? Source: engine.io server.ts, verify(). */
static enum refusal
check_session(const struct session *s, const struct asked *a,
	      const struct http_head *head)
{
	if (!s)
		return UNKNOWN_SID;
	if (head->method != HTTP_GET && (head->method != HTTP_POST || a->is_websocket))
		return BAD_METHOD;
	if (!a->is_websocket)
		return s->polling ? ACCEPTED : BAD_REQUEST;
	return head->upgrade && !s->is_closing && s->mount->upgrades ? ACCEPTED
								     : BAD_REQUEST;
}

static struct sessions *
sessions_here(const struct engine *e, struct request *r)
{
	return e->sessions[r->conn->loop->id];
}

/* To the loop that owns the session, when that is another one. */
static bool
moved(const struct engine *e, struct request *r, struct str sid)
{
	uint16_t node;
	int loop;

	if (!sid_owner(sid, &node, &loop) || node != e->node ||
	    (size_t)loop >= e->loops_n || loop == r->conn->loop->id)
		return false;
	request_move(r, e->sessions[loop]->loop);
	return true;
}

static bool
serves_client(const struct engine *e, struct request *r)
{
	struct str rest = route_rest(r->route, r->head->uri.path);

	if (!e->client || (r->head->method != HTTP_GET && r->head->method != HTTP_HEAD) ||
	    !str_has_prefix(rest, STR("/socket.io.")))
		return false;
	return static_files_answer(e->client, r, str_skip(rest, 1));
}

/* An address that tried too many tokens gets no session to try another one. */
static bool
must_wait(const struct engine *e, struct request *r)
{
	struct bad_tokens *bad = e->mount->auth == AUTH_TOKEN
					 ? sessions_here(e, r)->bad_tokens
					 : NULL;
	int error = arrivals_admit(e->addresses, bad, e->mount, r);

	if (error)
		request_refuse(r, error);
	return error != 0;
}

enum route_next
engine_begin(struct request *r)
{
	const struct engine *e = r->route->arg;
	const struct asked *a = asked_of(r);
	enum refusal code;

	if (!a) {
		request_refuse(r, -E_NOMEM);
		return ROUTE_TAKEN;
	}
	if (a->has_sid && moved(e, r, a->sid))
		return ROUTE_TAKEN;
	if (!cors_check(e->mount, r)) {
		refuse(r, FORBIDDEN);
		return ROUTE_TAKEN;
	}
	if (r->head->method == HTTP_OPTIONS)
		return ROUTE_SERVE;
	if (serves_client(e, r))
		return ROUTE_TAKEN;
	code = check_transport(e, a);
	if (code == ACCEPTED && !a->has_sid) {
		code = check_first_request(e, a, r->head);
		if (code == ACCEPTED && must_wait(e, r))
			return ROUTE_TAKEN;
	} else if (code == ACCEPTED) {
		struct session *s = sessions_find(sessions_here(e, r), a->sid, e->mount);

		code = check_session(s, a, r->head);
		if (code == ACCEPTED && e->app->is_owner &&
		    !e->app->is_owner(e->app_state[r->conn->loop->id], s, r))
			code = FORBIDDEN;
		if (code == ACCEPTED && r->head->method == HTTP_POST &&
		    polling_begin_post(s->polling, r))
			code = BAD_REQUEST;
	}
	if (code == ACCEPTED)
		return ROUTE_SERVE;
	refuse(r, code);
	return ROUTE_TAKEN;
}

static void
set_cookie(const struct engine *e, struct request *r, const struct session *s)
{
	if (*e->mount->cookie)
		buf_printf(&r->headers,
			   "Set-Cookie: %s=%.*s; Path=/; HttpOnly; SameSite=Lax\r\n",
			   e->mount->cookie, SID_BYTES, s->id);
}

/* The answer to the subprotocols that an upgrade offers. */
static void
choose_subprotocol(struct request *r)
{
	struct str chosen = credentials_chosen_subprotocol(
		http_header_list(r->head, STR("sec-websocket-protocol"), &r->arena));

	if (chosen.len)
		buf_printf(&r->headers, "Sec-WebSocket-Protocol: %.*s\r\n",
			   STR_ARG(chosen));
}

static void
open_session(const struct engine *e, struct request *r, const struct asked *a)
{
	int protocol = str_eq(a->eio, STR("3")) ? 3 : 4, error;
	struct session *s = session_new(sessions_here(e, r), e->mount, protocol, r);

	if (!s) {
		request_refuse(r, -E_NOMEM);
		return;
	}
	s->polling_base64 = a->base64;
	error = e->app->on_session(e->app_state[r->conn->loop->id], s, r);
	if (error) {
		session_close(s, "forced close");
		request_refuse(r, error);
		return;
	}
	set_cookie(e, r, s);
	if (!a->is_websocket) {
		session_open_polling(s, r);
		return;
	}
	s->websocket_base64 = a->base64;
	choose_subprotocol(r);
	error = session_open_websocket(s, r);
	if (error == -E_HTTP_UPGRADE)
		buf_add_str(&r->headers, STR("Sec-WebSocket-Version: 13\r\n"));
	if (error)
		request_refuse(r, error);
}

static void
serve_session(struct session *s, struct request *r, const struct asked *a)
{
	int error;

	if (r->head->method == HTTP_POST) {
		polling_post(s->polling, r);
	} else if (a->is_websocket) {
		s->websocket_base64 = a->base64;
		choose_subprotocol(r);
		error = upgrade_start(s, r);
		if (error)
			request_refuse(r, error);
	} else {
		session_poll(s, r);
	}
}

void
engine_serve(struct request *r)
{
	const struct engine *e = r->route->arg;
	const struct asked *a = asked_of(r); /* by begin: it is there */
	struct session *s;
	enum refusal code;

	if (r->head->method == HTTP_OPTIONS) {
		cors_preflight(r);
		return;
	}
	if (!a->has_sid) {
		open_session(e, r, a);
		return;
	}
	/* the session may have ended or changed while the body came */
	s = sessions_find(sessions_here(e, r), a->sid, e->mount);
	code = check_session(s, a, r->head);
	if (code == ACCEPTED)
		serve_session(s, r, a);
	else
		refuse(r, code);
}
