/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/echo.h"

#include "base/errors.h"
#include "config/config.h"
#include "proto/websocket.h"
#include "session/cors.h"

#include <stdlib.h>

/* --- Engine.IO --------------------------------------------------------------------------- */

static void
on_engine_message(void *up, enum frame_kind kind, char *data, size_t n)
{
	struct session *s = session_around(up);
	bool is_text = kind == FRAME_TEXT;
	bool has_type = is_text || s->protocol == 3;
	char *payload;
	struct frame *f = ws_frame_new(is_text ? WS_TEXT : WS_BINARY, n + has_type,
				       &payload);

	if (!f) {
		session_close(s, "transport error");
		return;
	}
	if (has_type)
		*payload++ = is_text ? '4' : 4;
	if (n)
		memcpy(payload, data, n);
	session_send(s, f);
	frame_unref(f);
}

static void
on_engine_open(void *up)
{
	(void)up;
}

static void
on_engine_drain(void *up)
{
	(void)up;
}

static void
on_engine_close(void *up, const char *reason)
{
	(void)up;
	(void)reason;
}

static const struct session_up engine_up = {on_engine_open, on_engine_message,
					    on_engine_drain, on_engine_close, NULL};

static int
on_session(void *app, struct session *s, struct request *r)
{
	(void)app;
	(void)r;
	s->up = &engine_up;
	return 0;
}

const struct engine_app echo_engine_app = {on_session, NULL, NULL};

/* --- WebSocket --------------------------------------------------------------------------- */

/* The WebSocket is known only after it was opened, its table before. */
struct echo {
	struct websocket *websocket;
};

static void
on_message(void *up, enum frame_kind kind, char *data, size_t n)
{
	struct echo *e = up;
	struct frame *f = ws_frame_of(kind == FRAME_TEXT ? WS_TEXT : WS_BINARY,
				      (struct str){data, n});

	if (!f || websocket_send(e->websocket, f) == -E_FULL)
		websocket_close(e->websocket, error_ws_code(E_FULL),
				(struct str){NULL, 0});
	frame_unref(f);
}

static void
on_drain(void *up)
{
	(void)up;
}

static void
on_close(void *up, int code)
{
	(void)code;
	free(up);
}

static const struct websocket_up echo_up = {on_message, on_drain, on_close, NULL};

void
echo_websocket_serve(struct request *r)
{
	const struct config_mount *mount = r->route->arg;
	struct echo *e;
	int error = cors_check(mount, r) ? 0 : -E_ORIGIN;

	if (error) {
		request_refuse(r, error);
		return;
	}
	e = malloc(sizeof(*e));
	error = e ? websocket_open(r, mount, mount->message_bytes, &echo_up, e,
				   &e->websocket)
		  : -E_NOMEM;
	if (!error)
		return;
	free(e);
	if (error == -E_HTTP_UPGRADE)
		buf_add_str(&r->headers, STR("Sec-WebSocket-Version: 13\r\n"));
	request_refuse(r, error);
}
