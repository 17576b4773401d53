/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/engine.h"

#include "base/errors.h"
#include "config/config.h"
#include "session/arrivals.h"
#include "session/cors.h"
#include "session/credentials.h"
#include "session/upgrade.h"

#include <stdio.h>

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

/* What the members of the query say that Engine.IO knows. */
struct asked {
	struct str sid, token;
	uint8_t protocol; /* 3 or 4; 0: another */
	bool is_polling, is_websocket, base64;
};

_Static_assert(sizeof(struct asked) <= REQUEST_BEGUN_BYTES, "there is room in a request");

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
	struct str transport = {NULL, 0}, eio = {NULL, 0}, b64 = {NULL, 0};

	*out = (struct asked){.protocol = 0};
	while (query_next(&q, &name, &raw))
		if (query_name_is(&q, name, STR("transport")))
			take_first(r, &q, raw, &transport);
		else if (query_name_is(&q, name, STR("EIO")))
			take_first(r, &q, raw, &eio);
		else if (query_name_is(&q, name, STR("sid")))
			take_first(r, &q, raw, &out->sid);
		else if (query_name_is(&q, name, STR("token")))
			take_first(r, &q, raw, &out->token);
		else if (query_name_is(&q, name, STR("b64")))
			take_first(r, &q, raw, &b64);
		else if (query_name_is(&q, name, STR("j")))
			take_first(r, &q, raw, &r->script);
	if (eio.len == 1 && (eio.ptr[0] == '3' || eio.ptr[0] == '4'))
		out->protocol = (uint8_t)(eio.ptr[0] - '0');
	out->is_polling = str_eq(transport, STR("polling"));
	out->is_websocket = str_eq(transport, STR("websocket"));
	out->base64 = b64.len && !str_eq(b64, STR("0"));
	/* a script cannot take bytes */
	if (out->protocol == 3 && r->script.ptr)
		out->base64 = true;
}

/* Read once: begin and serve, and a begin on each loop that the request moves to, want it. */
static const struct asked *
asked_of(struct request *r)
{
	struct asked *a = (struct asked *)(void *)r->begun;

	if (!r->has_begun)
		read_query(r, a);
	r->has_begun = true;
	return a;
}

static enum refusal
check_transport(const struct engine *e, const struct asked *a)
{
	if (a->is_websocket)
		return e->mount->websocket ? ACCEPTED : UNKNOWN_TRANSPORT;
	return a->is_polling && e->mount->polling ? ACCEPTED : UNKNOWN_TRANSPORT;
}

static enum refusal
check_first_request(const struct engine *e, const struct asked *a,
		    const struct http_head *head)
{
	if (head->method != HTTP_GET)
		return BAD_METHOD;
	if (a->is_websocket && !head->upgrade)
		return BAD_REQUEST;
	if (a->protocol == 4)
		return ACCEPTED;
	return e->mount->eio3 && a->protocol == 3 ? ACCEPTED : BAD_PROTOCOL;
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
	if ((a->protocol == 4) != (s->protocol == 4))
		return BAD_REQUEST;
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
	struct session *s = sessions_find(sessions_here(e, r), a->sid, e->mount);
	enum refusal code;

	if (!s && moved(e, r, a->sid))
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
	if (code == ACCEPTED && !a->sid.len) {
		code = check_first_request(e, a, r->head);
		if (code == ACCEPTED && must_wait(e, r))
			return ROUTE_TAKEN;
	} else if (code == ACCEPTED) {
		code = check_session(s, a, r->head);
		if (code == ACCEPTED && e->app->is_owner &&
		    !e->app->is_owner(e->app_state[r->conn->loop->id], s, r, a->token))
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
	struct session *s = session_new(sessions_here(e, r), e->mount, a->protocol, r);
	int error;

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
	const struct asked *a = asked_of(r);
	struct session *s;
	enum refusal code;

	if (r->head->method == HTTP_OPTIONS) {
		cors_preflight(r);
		return;
	}
	if (e->app->on_headers)
		e->app->on_headers(e->app_state[r->conn->loop->id], r, !a->sid.len);
	if (!a->sid.len) {
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
