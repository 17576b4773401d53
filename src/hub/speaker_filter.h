/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the messages that reach a speaker it gets to see: events that its dialect gives to
 * subscribers only, of those what its filters let through. Asked once a delivery, encodes
 * nothing. Thread: the speaker's loop.
 */
#ifndef HUB_SPEAKER_FILTER_H
#define HUB_SPEAKER_FILTER_H

#include "hub/speaker_inside.h"

/* A filter applies only where the message has its field. */
bool speaker_filter_passes(const struct speaker *sp, const struct event_out *event);

/* The filter of an event is this one from now on. Values are JSON or empty. Errors: -E_NOMEM. */
int speaker_filter_set(struct speaker *sp, struct str event, struct str employee,
		       struct str start, struct str end) MUST_USE;
void speaker_filter_drop(struct speaker *sp, struct str event);
void speaker_filter_drop_all(struct speaker *sp);

#endif
