/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifications that clients say they have read (topics' mark_read, schedule's notification
 * read): the same record as the server API's. Thread: the socket's loop. */
#ifndef ADMIN_NOTIFY_VERB_H
#define ADMIN_NOTIFY_VERB_H

#include "hub/hub.h"

/* For hubs.on_read; store is the struct notify. */
void notify_verb_read(void *store, struct socket *s, struct str notification_id);

#endif
