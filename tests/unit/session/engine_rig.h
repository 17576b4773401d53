/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rig whose server speaks Engine.IO at "/e", and clients that do. What the sessions say is
 * the business of the app: an echo here, the hub one floor up.
 */
#ifndef TESTS_UNIT_SESSION_ENGINE_RIG_H
#define TESTS_UNIT_SESSION_ENGINE_RIG_H

#include "session/engine.h"
#include "unit/transport/rig.h"

struct engine_rig {
	struct rig rig;
	struct sessions sessions[RIG_LOOPS];
	struct sessions *by_loop[RIG_LOOPS];
	void *app_state[RIG_LOOPS];
	struct engine engine;
	char sid[SID_BYTES + 1]; /* of the session opened last */
	char target[256];        /* what engine_target printed last */
};

/* The configuration of a mount at /e, settings indented by four blanks. app_state by loop may
 * be filled in until the first request. */
void engine_rig_open(struct engine_rig *e, const char *settings, size_t loops_n,
		     const struct engine_app *app);
void engine_rig_close(struct engine_rig *e);

/* "/e/?EIO=4&transport=T&sid=S" with the sid opened last. */
const char *engine_target(struct engine_rig *e, const char *transport);

/* Open a session by polling; its sid is kept. */
void engine_opens(struct engine_rig *e, struct peer *p);
/* Open one by WebSocket. */
void engine_opens_websocket(struct engine_rig *e, struct peer *p);
/* A GET that may hang, and one that is answered with this body. */
void engine_polls(struct engine_rig *e, struct peer *p);
void engine_polls_for(struct engine_rig *e, struct peer *p, const char *body);
/* A POST that is answered "ok". */
void engine_posts(struct engine_rig *e, struct peer *p, const char *body);
/* The session is unknown by now. */
void engine_is_gone(struct engine_rig *e, struct peer *p);
struct session *engine_session(struct engine_rig *e);

#endif
