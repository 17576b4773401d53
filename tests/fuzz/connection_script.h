/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clients of connection_fuzz and what an input makes them do. */
#ifndef TESTS_FUZZ_CONNECTION_SCRIPT_H
#define TESTS_FUZZ_CONNECTION_SCRIPT_H

#include "base/clock.h"
#include "net/stream_memory.h"
#include "server.h"

enum { SCRIPT_CLIENTS = 4, SCRIPT_SID_BYTES = 24, SCRIPT_PID_BYTES = 20 };

struct script {
	struct server *server;
	struct clock_hand *hand;
	const char *path; /* of the mount */
	struct stream_memory clients[SCRIPT_CLIENTS];
	bool is_open[SCRIPT_CLIENTS];
	unsigned who;               /* speaks now */
	char sid[SCRIPT_SID_BYTES]; /* heard last */
	char pid[SCRIPT_PID_BYTES]; /* likewise */
};

void script_init(struct script *s, struct server *server, struct clock_hand *hand,
		 unsigned mount);
void script_play(struct script *s, struct str input);
/* All clients leave. */
void script_fini(struct script *s);

#endif
