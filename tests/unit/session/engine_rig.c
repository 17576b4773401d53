/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/session/engine_rig.h"

#include "config/config.h"
#include "net/loop.h"

#include <stdio.h>

void
engine_rig_open(struct engine_rig *e, const char *settings, size_t loops_n,
		const struct engine_app *app)
{
	char yaml[1024];

	*e = (struct engine_rig){0};
	snprintf(yaml, sizeof(yaml), "mounts:\n  - path: /e\n%s", settings);
	rig_open(&e->rig, yaml, loops_n);
	for (size_t i = 0; i < loops_n; i++) {
		sessions_init(&e->sessions[i], e->rig.loop[i], 7);
		e->by_loop[i] = &e->sessions[i];
	}
	e->engine = (struct engine){.mount = &e->rig.config->mounts[0],
				    .sessions = e->by_loop,
				    .loops_n = loops_n,
				    .node = 7,
				    .app = app,
				    .app_state = e->app_state};
	rig_route(&e->rig, &(struct route){.path = "/e",
					   .subtree = true,
					   .begin = engine_begin,
					   .serve = engine_serve,
					   .arg = &e->engine});
}

void
engine_rig_close(struct engine_rig *e)
{
	for (size_t i = 0; i < e->rig.loops_n; i++)
		sessions_close_all(&e->sessions[i], "server shutting down");
	for (size_t i = 0; i < e->rig.loops_n; i++)
		sessions_fini(&e->sessions[i]);
	rig_close(&e->rig);
}

const char *
engine_target(struct engine_rig *e, const char *transport)
{
	snprintf(e->target, sizeof(e->target), "/e/?EIO=%d&transport=%s&sid=%s",
		 e->engine.mount->eio3 ? 3 : 4, transport, e->sid);
	return e->target;
}

static void
keep_sid(struct engine_rig *e, const char *hello)
{
	const char *at = strstr(hello, "\"sid\":\"");

	ck_assert_msg(at != NULL, "no sid in %s", hello);
	memcpy(e->sid, at + strlen("\"sid\":\""), SID_BYTES);
}

void
engine_opens(struct engine_rig *e, struct peer *p)
{
	peer_asks(p, "GET",
		  e->engine.mount->eio3 ? "/e/?EIO=3&transport=polling"
					: "/e/?EIO=4&transport=polling",
		  "", "");
	peer_gets(p, 200, NULL);
	keep_sid(e, p->body);
}

void
engine_opens_websocket(struct engine_rig *e, struct peer *p)
{
	struct buf *in = &p->memory.to_client;

	peer_upgrades(p, "/e/?EIO=4&transport=websocket", "");
	ck_assert_uint_gt(in->len, 4);
	buf_add_char(in, '\0');
	keep_sid(e, in->data + 2);
	in->len--;
	stream_memory_read(&p->memory, 2u + (uint8_t)in->data[1]);
}

void
engine_polls(struct engine_rig *e, struct peer *p)
{
	peer_asks(p, "GET", engine_target(e, "polling"), "", "");
}

void
engine_polls_for(struct engine_rig *e, struct peer *p, const char *body)
{
	engine_polls(e, p);
	peer_gets(p, 200, body);
}

void
engine_posts(struct engine_rig *e, struct peer *p, const char *body)
{
	peer_asks(p, "POST", engine_target(e, "polling"), "", body);
	peer_gets(p, 200, "ok");
}

void
engine_is_gone(struct engine_rig *e, struct peer *p)
{
	engine_polls(e, p);
	peer_gets(p, 400, "{\"code\":1,\"message\":\"Session ID unknown\"}");
}

struct session *
engine_session(struct engine_rig *e)
{
	for (size_t i = 0; i < e->rig.loops_n; i++) {
		struct session *s = sessions_find(&e->sessions[i], str_from(e->sid),
						  e->engine.mount);

		if (s)
			return s;
	}
	return NULL;
}
