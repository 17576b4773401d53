/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A broadcast on its way to all loops, as those who make and deliver it see it: one block of
 * memory, counted, with the target, what is to be done, and a letter for each loop. Unchanged
 * once it was sent, but for the letters, which belong to their loops.
 */
#ifndef HUB_BROADCAST_INSIDE_H
#define HUB_BROADCAST_INSIDE_H

#include "hub/hub.h"
#include "hub/recovery.h"
#include "net/loop.h"

#include <stdatomic.h>

enum deed { EMIT, JOIN, LEAVE, DISCONNECT };

struct letter {
	struct mail mail; /* once delivered, next leads through the batch that it is in */
	struct broadcast *broadcast;
};

struct broadcast {
	atomic_uint refs;
	size_t bytes; /* of all this */
	struct hubs *all;
	enum deed deed;
	struct target to;
	struct message *message;       /* EMIT */
	struct recovery_offset offset; /* EMIT; number 0: it has none */
	struct str room;               /* JOIN, LEAVE; the reason of a DISCONNECT */
	bool close_transport;          /* DISCONNECT */
	int code;                      /* with which it is closed; 0: the dialect's own */
	struct letter letters[];
};

/* [any thread] */
void broadcast_unref(struct broadcast *b);

#endif
