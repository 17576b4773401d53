/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A named set of sockets in one namespace of one loop. Members stand in contiguous memory; a
 * socket knows its place in each of its rooms, so joining and leaving cost the same however
 * large the room is. A room exists while it has members. Thread: the hub's loop.
 */
#ifndef HUB_ROOM_H
#define HUB_ROOM_H

#include "base/keymap.h"
#include "hub/hub.h"

enum { ROOM_NAME_BYTES_MAX = 256 };

struct member {
	struct socket *socket;
	uint32_t at; /* of this membership among the socket's */
};

struct membership {
	struct room *room;
	uint32_t at; /* of this member among the room's */
};

/* The rooms of one socket. */
struct memberships {
	struct membership *items;
	uint32_t n, cap;
};

struct room {
	struct namespace *nsp;
	struct member *members;
	uint32_t n, cap;
	struct key name;
};

/* Joining twice is harmless. Errors: -E_NOMEM, -E_TOO_LARGE. */
int room_join(struct namespace *nsp, struct str name, struct socket *s) MUST_USE;
/* Leaving what was not joined is harmless. */
void room_leave(struct namespace *nsp, struct str name, struct socket *s);
void room_leave_all(struct socket *s);
bool room_has(const struct room *room, const struct socket *s);

static inline struct str
room_name(const struct room *room)
{
	return key_str(&room->name);
}

#endif
