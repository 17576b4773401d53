/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hub rig whose mount has recovery, and one WebSocket client that is lost and comes back. What
 * it has to show for that is read from what it was sent. One of it in a test process.
 */
#ifndef TESTS_UNIT_HUB_RECOVERY_RIG_H
#define TESTS_UNIT_HUB_RECOVERY_RIG_H

#include "unit/hub/hub_rig.h"

struct recovery_rig {
	struct hub_rig h;
	struct peer *peer;
	char sid[SOCKET_ID_BYTES + 1], pid[32], offset[32]; /* as the client has them */
};
extern struct recovery_rig recovery;

/* root: keys of the configuration's root, one a line. The client is connected to "/" on the first
 * loop, and has heard the event "hello". */
void recovery_rig_open(const char *root, size_t loops_n);
void recovery_rig_close(void);

/* Its socket; NULL while it is lost. */
struct socket *recovery_socket(void);
/* An event for it alone, one for that room ("": everybody) of loop 0. */
void recovery_emits(const char *name);
void recovery_broadcasts(size_t loop, const char *room, const char *name);
/* It hears the event, and has its offset from then on. */
void recovery_hears(const char *name);

/* Its connection breaks. */
void recovery_loses(void);
/* It comes by that loop and asks to go on: what it says is on its way. */
void recovery_asks(size_t loop);
/* It is let in; takes what CONNECT is answered. True: as the same socket. */
bool recovery_is_back(void);
/* Both. */
bool recovery_returns(size_t loop);

#endif
