/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the claims of a token say about rooms. A list claim may hold "*" for everything, and in
 * rooms "task:*" for every room of a kind. Pure; any thread.
 */
#ifndef HUB_PERMIT_H
#define HUB_PERMIT_H

#include "policy/identity.h"

/* May it join the room? False: the claims do not say so, somebody else may. */
bool permit_room(const struct identity *who, struct str room);

/* Is it a room that nobody joins by asking: a person's own? */
bool permit_is_closed(struct str room);

/* A room of people, whose members see each other come and go; the others only carry messages
 * (persons, companies, topics, events). */
bool permit_is_peopled(struct str room);

#endif
