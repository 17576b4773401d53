/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/upgrade.h"

#include "base/errors.h"
#include "config/config.h"
#include "proto/websocket.h"

#include <stdlib.h>

enum { CODE_NONE = 1005, CODE_POLICY = 1008 };

struct upgrade {
	struct session *session;
	struct websocket *websocket; /* the probe; NULL once it is gone */
	struct wheel_timer deadline;
	bool is_probed;
};

static void
forget(struct upgrade *u)
{
	struct session *s = u->session;

	wheel_cancel(&s->all->loop->wheel, &u->deadline);
	s->upgrade = NULL;
	free(u);
}

void
upgrade_drop(struct session *s)
{
	struct upgrade *u = s->upgrade;

	if (!u)
		return;
	if (u->websocket) {
		websocket_forget(u->websocket);
		websocket_close(u->websocket, CODE_NONE, (struct str){NULL, 0});
	}
	forget(u);
}

bool
upgrade_is_probed(const struct session *s)
{
	return s->upgrade && s->upgrade->is_probed;
}

static void
on_deadline(struct wheel_timer *t)
{
	upgrade_drop(CONTAINER_OF(t, struct upgrade, deadline)->session);
}

static void
answer_probe(struct upgrade *u)
{
	struct frame *f = ws_frame_of(WS_TEXT, STR("3probe"));

	counter_add(&u->session->all->loop->counters, COUNTER_STRAY_PACKETS, 1);
	if (f)
		websocket_send(u->websocket, f);
	frame_unref(f);
	u->is_probed = true;
	session_release_poll(u->session);
}

static void
on_message(void *up, enum frame_kind kind, char *data, size_t n)
{
	struct upgrade *u = up;
	struct session *s = u->session;
	struct websocket *w = u->websocket;
	struct eio_packet p;

	if (s->is_closing || session_parse(s, kind, data, n, &p)) {
		upgrade_drop(s);
	} else if (p.type == EIO_PING && str_eq(p.data, STR("probe"))) {
		answer_probe(u);
	} else if (p.type == EIO_UPGRADE) {
		forget(u);
		session_take_websocket(s, w);
	} else {
		upgrade_drop(s);
	}
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
	forget(up);
}

static const struct websocket_up probe_up = {on_message, on_drain, on_close, NULL};

/* Opened and closed at once, as the reference does it: an answer of 400 is an error that Node's
 * `ws` throws where nobody listens for it. */
static int
refuse_second(struct session *s, struct request *r)
{
	struct websocket *w;
	int error = websocket_open(r, s->mount, s->mount->max_payload_bytes, NULL, NULL,
				   &w);

	if (!error)
		websocket_close(w, CODE_POLICY, STR("the session has its WebSocket"));
	return error;
}

int
upgrade_start(struct session *s, struct request *r)
{
	struct loop *l = s->all->loop;
	struct upgrade *u;
	int error;

	if (!s->polling || s->upgrade)
		return refuse_second(s, r);
	u = calloc(1, sizeof(*u));
	if (!u)
		return -E_NOMEM;
	u->session = s;
	wheel_timer_init(&u->deadline, on_deadline);
	error = websocket_open(r, s->mount, s->mount->max_payload_bytes, &probe_up, u,
			       &u->websocket);
	if (error) {
		free(u);
		return error;
	}
	s->upgrade = u;
	wheel_set(&l->wheel, &u->deadline, l->now_ms + s->mount->upgrade_timeout_ms);
	return 0;
}
