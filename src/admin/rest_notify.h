/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifications from backends and about them. Handlers of rest_table.h. */
#ifndef ADMIN_REST_NOTIFY_H
#define ADMIN_REST_NOTIFY_H

#include "admin/rest_call.h"

struct tally;

void rest_notification_add(struct rest_call *c);
void rest_notification_list(struct rest_call *c);
void rest_notification_read(struct rest_call *c);

/* Is this publish (checked JSON) a notification for people, so that it is stored? */
bool rest_is_notification(struct str message);

/* Store one for each of its users and tell each when it is, with its id in the data. t counts,
 * and is held until the last one is told. What fails is left in *error.
 * Errors: -E_NOMEM, and those of notify_add; some may be on their way all the same. */
int rest_notify_users(struct rest_call *c, struct str message, struct tally *t,
		      int *error) MUST_USE;

#endif
