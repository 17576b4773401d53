/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection that a scene plays: bytes out of requests and frames, and back. */
#ifndef TESTS_SCENES_PLAYER_H
#define TESTS_SCENES_PLAYER_H

#include "net/stream_memory.h"
#include "proto/websocket.h"

struct player {
	char name[32];
	struct stream_memory memory;
	bool has_upgraded;
	struct buf head; /* of the last answer */
	struct buf body; /* of the last answer, or of the last frame */
	int status;      /* of the last answer */
	int opcode;      /* of the last frame */
};

void player_fini(struct player *p);

/* Throw away what came and was not taken. */
void player_forget(struct player *p);

void player_write(struct player *p, struct str bytes);
/* Let the server read what it left. */
void player_pump(struct player *p);

/* lines: "A: b\r\n". */
void player_request(struct player *p, struct str method, struct str target,
		    struct str lines, struct str body);
void player_upgrade(struct player *p, struct str target, struct str lines);
void player_frame(struct player *p, enum ws_opcode opcode, struct str payload);

/* Take what lies in front: an answer, a frame. False when there is no whole one. */
bool player_take_answer(struct player *p);
bool player_take_frame(struct player *p);
/* Value of a header of the last answer; .ptr NULL when absent. */
struct str player_header(const struct player *p, struct str name);

#endif
