/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A polling session on its way to WebSocket: the second transport proves itself ("2probe"),
 * then takes over ("5"). Exists only meanwhile. Owned by its session. Thread: its loop.
 * Source: the Engine.IO protocol document, "Upgrade".
 */
#ifndef SESSION_UPGRADE_H
#define SESSION_UPGRADE_H

#include "session/session.h"

/* The request asks to upgrade s. One that has its WebSocket, or is about to, keeps that: the
 * second is closed with 1008 as soon as it is open. Errors: as websocket_open, -E_NOMEM; the
 * request is still there then. */
int upgrade_start(struct session *s, struct request *r) MUST_USE;

/* Give it up; harmless when there is none. */
void upgrade_drop(struct session *s);

/* The probe was answered: the client waits for its poll to end, so let none hang. */
bool upgrade_is_probed(const struct session *s);

#endif
