/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who connects gets his unread notifications, when that is configured. Thread: his loop. */
#ifndef ADMIN_NOTIFY_GREET_H
#define ADMIN_NOTIFY_GREET_H

#include "hub/socket.h"

/* For hubs.on_arrive; store is the struct notify. */
void notify_greet(void *store, struct socket *s);

#endif
