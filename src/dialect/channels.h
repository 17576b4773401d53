/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapes of channels that an undecided connection borrows: its client may be one that only
 * listens. Constants. */
#ifndef DIALECT_CHANNELS_H
#define DIALECT_CHANNELS_H

#include "dialect/dialect.h"

#define CHANNELS_WELCOME                                                                 \
	"{\"type\":\"connection_established\",\"user_id\":$@user,"                       \
	"\"username\":$(username|user),\"timestamp\":$now}"
#define CHANNELS_GENERAL                                                                 \
	"{\"type\":$event[,\"channel_id\":$@(.channel_id|channel)],\"data\":$data,"      \
	"\"timestamp\":$now}"

extern const struct event_row channels_events[];

#endif
