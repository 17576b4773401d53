/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events from backends: publish, publish/batch, updates. Handlers of rest_table.h. */
#ifndef ADMIN_REST_PUBLISH_H
#define ADMIN_REST_PUBLISH_H

#include "admin/rest_call.h"

void rest_publish(struct rest_call *c);
void rest_publish_batch(struct rest_call *c);
void rest_update(struct rest_call *c);

/* Tell the members of rooms of an event and answer the call with {messageId, delivered} once
 * all loops have done it. id: UUID_TEXT_BYTES, the messageId. */
void rest_tell(struct rest_call *c, const struct target *to,
	       const struct event_out *event, const char *id);

#endif
