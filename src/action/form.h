/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three forms of a request, as events: `message` with an envelope in a string or object,
 * `REQUEST` with an envelope, or the action's name with data and an acknowledgement.
 * Thread: the socket's loop. Source: doc/protocols.md "actions".
 */
#ifndef ACTION_FORM_H
#define ACTION_FORM_H

#include "action/peer.h"

/* Run it, or say what is wrong with it. An event that is no request, and that nobody waits
 * for an answer to, is ignored. */
void form_take(struct peer *p, const struct event_in *e);

/* Answer it with this error, under the ids that it has. */
void form_refuse(struct peer *p, const struct event_in *e, int error);

#endif
