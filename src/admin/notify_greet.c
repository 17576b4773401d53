/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/notify_greet.h"

#include "admin/notify.h"
#include "base/log.h"
#include "config/config.h"
#include "net/loop.h"
#include "proto/json.h"

#include <stdlib.h>

/* He may be gone when the disk has answered. */
struct greeting {
	struct hub *hub;
	char sid[SOCKET_ID_BYTES];
};

/* The page has the newest first; he gets them in their order. */
static void
tell(struct socket *s, struct str items, struct arena *a)
{
	struct str item, *all, user = identity_text(socket_identity(s), CLAIM_USER);
	struct json_walk walk = json_walk(items);
	size_t n = 0;

	while (json_next(&walk, &item))
		n++;
	all = arena_alloc(a, (n + 1) * sizeof(*all));
	walk = json_walk(items);
	for (size_t i = 0; all && json_next(&walk, &item); i++)
		all[i] = item;
	while (all && n && socket_is_connected(s)) {
		struct str own = socket_id(s);
		struct target to = {
			.nsp = STR("/"), .rooms = &own, .rooms_n = 1, .local = true};
		struct event_out event = {
			.name = STR("notification.new"), .args = all[--n], .user = user};

		if (hub_broadcast(hub_all(socket_hub(s)), socket_hub(s), &to, &event))
			return; /* they stay unread */
	}
}

static void
on_unread(void *arg, const struct notify_result *result)
{
	struct greeting *g = arg;
	struct socket *s = hub_find_socket(g->hub, (struct str){g->sid, sizeof(g->sid)});
	struct str items;

	if (s && !result->error && json_get(result->json, STR("items"), &items))
		tell(s, items, &hub_loop(g->hub)->arena);
	free(g);
}

void
notify_greet(void *store, struct socket *s)
{
	struct loop *l = hub_loop(socket_hub(s));
	struct notify_page unread = {
		.user = identity_text(socket_identity(s), CLAIM_USER),
		.limit = l->config->notify_on_connect_n,
		.unread_only = true,
	};
	struct greeting *g = unread.limit ? malloc(sizeof(*g)) : NULL;

	if (!g)
		return;
	g->hub = socket_hub(s);
	memcpy(g->sid, socket_id(s).ptr, sizeof(g->sid));
	if (notify_list(store, l, &unread, on_unread, g)) {
		log_debug("unread notifications not sent", "sid=%.*s", SOCKET_ID_BYTES,
			  g->sid);
		free(g);
	}
}
