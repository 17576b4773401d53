/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An event from a client: the plugin that has a row for it, else the one whose any takes it,
 * else the actions. Above the mount's message rate it reaches nobody. Thread: socket's loop.
 */
#ifndef ACTION_EVENT_H
#define ACTION_EVENT_H

#include "action/actions.h"

/* hub_up: on_event. */
void event_take(struct actions *a, struct socket *s, const struct event_in *e);

#endif
