/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom a target reaches on one loop. Each broadcast has a number there (hub.round); a socket
 * remembers the last one that has seen it, so that it is visited once, whatever rooms it is in.
 * Thread: the hub's loop.
 */
#ifndef HUB_AUDIENCE_H
#define HUB_AUDIENCE_H

#include "hub/hub.h"

typedef void audience_fn(void *arg, struct socket *s);

/* Visit who is in one of the rooms (none: in the namespace), is connected, and was not seen by
 * the newest broadcast; exceptions are not looked at. visit notes that it was seen, and changes
 * no room. */
void audience_each(struct hub *h, const struct target *to, audience_fn *visit, void *arg);

/* Visit who is excepted, perhaps more than once. */
void audience_each_excepted(struct hub *h, const struct target *to, audience_fn *visit,
			    void *arg);

/* Is s in one of the rooms, and connected? */
bool audience_has(const struct target *to, const struct socket *s);

#endif
