/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Broadcasts of one turn to the same rooms, delivered in one walk at its end: each member is
 * come to once, and gets one frame for all of them. Nobody can tell: before anything else
 * concerns a socket, batch_settle gives it what waits for it, and what would concern many
 * delivers the batch. One for each hub; holds a reference to its broadcasts.
 * Thread: the hub's loop.
 */
#ifndef HUB_BATCH_H
#define HUB_BATCH_H

#include "net/loop.h"

struct hub;
struct letter;
struct socket;

struct batch {
	struct loop_job run;
	struct letter *first, *last;
	uint32_t n; /* their numbers (hub.round) are the last n */
};

void batch_init(struct batch *b);
/* Nothing of it is delivered any more. */
void batch_fini(struct batch *b);

/* The broadcast of l, an EMIT, goes to whom it reaches when the turn ends at the latest. Owns:
 * takes over the reference that l holds. */
void batch_add(struct hub *h, struct letter *l);

/* Deliver all of it now. */
void batch_run(struct hub *h);

/* Deliver what waits for s alone: before something is sent to it on another way, and before it
 * comes or goes anywhere or wants something else. Harmless and cheap when nothing does. */
void batch_settle(struct socket *s);

#endif
