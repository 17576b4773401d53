/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hub as its own floor sees it. Thread: its loop. */
#ifndef HUB_HUB_INSIDE_H
#define HUB_HUB_INSIDE_H

#include "base/buf.h"
#include "base/idmap.h"
#include "hub/batch.h"
#include "hub/hub.h"
#include "net/loop.h"
#include "policy/token.h"

struct recovery;

struct hub {
	struct loop *loop;
	struct hubs *all;
	const struct hub_up *up;
	void *up_state;
	struct token_keys *keys;
	struct token_cache *tokens;
	struct map namespaces;     /* name → struct namespace */
	struct buf scratch;        /* JSON of the msgpack packet that is being read */
	struct recovery *recovery; /* NULL: no client may recover */
	struct idmap sockets;      /* connected ones */
	/* of the newest broadcast; sockets remember the last that saw them */
	uint64_t round;
	struct batch batch; /* broadcasts that are not delivered yet */
};

#endif
