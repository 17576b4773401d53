/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/notify_verb.h"

#include "admin/notify.h"
#include "hub/speaker.h"

#include <stdlib.h>

/* The client may be gone when the disk has answered. */
struct asked {
	struct hub *hub;
	char sid[SOCKET_ID_BYTES];
	struct str id;
	char text[];
};

static void
on_marked(void *arg, const struct notify_result *result)
{
	struct asked *a = arg;
	struct socket *s = hub_find_socket(a->hub, (struct str){a->sid, sizeof(a->sid)});

	if (s && result->error)
		speaker_fail(s, result->error, VERB_READ);
	else if (s && result->is_changed)
		speaker_tell_read(s, a->id);
	free(a);
}

void
notify_verb_read(void *store, struct socket *s, struct str notification_id)
{
	struct asked *a = calloc(1, sizeof(*a) + notification_id.len);
	struct hub *h = socket_hub(s);
	char *at = a ? a->text : NULL;
	int error = a ? 0 : -E_NOMEM;
	uint64_t id;

	if (!error && !str_to_u64(notification_id, INT64_MAX, &id))
		error = -E_NOT_FOUND;
	if (!error) {
		a->hub = h;
		memcpy(a->sid, socket_id(s).ptr, sizeof(a->sid));
		a->id = str_put(&at, notification_id);
		error = notify_mark_read(store, hub_loop(h),
					 identity_text(socket_identity(s), CLAIM_USER),
					 (int64_t)id, on_marked, a);
	}
	if (!error)
		return;
	free(a);
	speaker_fail(s, error, VERB_READ);
}
