/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is online, and who is in which room: counted by connections, told by persons. One table
 * for all loops: shards with a mutex each, touched once a connection, join or leave, never
 * once a message. What counts nothing takes no memory. Any thread.
 */
#ifndef HUB_PRESENCE_H
#define HUB_PRESENCE_H

#include "base/buf.h"
#include "base/errors.h"

struct presence;

/* NULL when memory is short. */
struct presence *presence_new(void) MUST_USE;
void presence_free(struct presence *p); /* NULL is allowed */

/* One more connection of user; the first one is told by on_first, before anybody else can say
 * something about this user. Errors: -E_NOMEM. */
int presence_arrive(struct presence *p, struct str user, int64_t wall_ms,
		    void (*on_first)(void *arg), void *arg) MUST_USE;
/* One less, the same way with the last one. */
void presence_depart(struct presence *p, struct str user, int64_t wall_ms,
		     void (*on_last)(void *arg), void *arg);

/* Connections of user; *seen_ms_out is when the last one came or went, 0 when none is there. */
uint32_t presence_count(struct presence *p, struct str user, int64_t *seen_ms_out);

/* A connection of user joins room. *is_first_out: none was there before. is_told: the room
 * hears of it, and shall hear of the end. Errors: -E_NOMEM. */
int presence_join(struct presence *p, struct str room, struct str user, bool is_told,
		  bool *is_first_out) MUST_USE;
/* One leaves. True when it was the last one of a user whose coming was told, or of one who
 * wishes to go (is_wish). */
bool presence_leave(struct presence *p, struct str room, struct str user, bool is_wish);

/* The users of a room as a JSON array of strings. */
void presence_users(struct presence *p, struct str room, struct buf *out);

/* Users and rooms remembered, for tests. */
size_t presence_keys_n(struct presence *p);

#endif
