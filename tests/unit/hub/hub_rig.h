/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An engine rig whose sessions are Socket.IO clients, and a floor above that accepts them and
 * writes down what it is told: "/later" is answered by the test, "/no" refused, "/dyn…" exists.
 */
#ifndef TESTS_UNIT_HUB_HUB_RIG_H
#define TESTS_UNIT_HUB_HUB_RIG_H

#include "hub/client.h"
#include "hub/hub.h"
#include "hub/hub_inside.h"
#include "hub/namespace.h"
#include "hub/socket.h"
#include "unit/session/engine_rig.h"

struct token_keys;

struct hub_rig {
	struct engine_rig e;
	struct hubs hubs;
	struct hub *hub[RIG_LOOPS];
	struct token_keys *keys;
	struct socket *newest; /* asked last */
	char told[2048]; /* "connect / {}; event message 1,2; disconnect why; free; " */
	int sockets_n;   /* on_connect less on_free */
	void (*on_disconnect)(struct hub_rig *h, struct socket *s); /* also done then */
	void (*on_free)(struct hub_rig *h, struct socket *s);
	bool is_slow; /* who comes is accepted by the test */
	struct keepsake *(*keep)(struct hub_rig *h, struct socket *s);
};

/* settings: of the mount, indented by four blanks. */
void hub_rig_open(struct hub_rig *h, const char *settings, size_t loops_n);
/* Everything must be as empty as before then. */
void hub_rig_close(struct hub_rig *h);

/* Exactly this was told since the last look. */
void hub_told(struct hub_rig *h, const char *words);

/* A peer on that loop with a WebSocket session that joined nsp; the socket is h->newest. */
struct peer *hub_joins(struct hub_rig *h, size_t loop, const char *nsp);
/* Take the packet that answers CONNECT: 4, 0, nsp, {"sid":…}. */
void hub_takes_connect(struct hub_rig *h, struct peer *p, const char *head);

#endif
