/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest_table.h"

#include "admin/rest_chat.h"
#include "admin/rest_notify.h"
#include "admin/rest_people.h"
#include "admin/rest_publish.h"
#include "admin/rest_query.h"
#include "admin/rest_why.h"
#include "admin/rest_schemas.h"

#include <stdio.h>

const struct rest_row rest_rows[] = {
	{HTTP_POST, "/api/v1/publish", rest_publish, 0,
	 "Send an event to the members of rooms, to people, companies, artifacts, topics "
	 "and events: at least one of them. Everybody gets it once.",
	 PUBLISH, 200, PUBLISHED},
	{HTTP_POST, "/api/v1/publish/batch", rest_publish_batch, 0,
	 "Several events in order. Each is an answer or a problem of its own.",
	 PUBLISH_BATCH, 200, BATCH_PUBLISHED},
	{HTTP_POST, "/api/v1/updates", rest_update, 0,
	 "sendUpdate: an UPDATE envelope for a company, or for one artifact of it.",
	 UPDATE, 200, PUBLISHED},
	{HTTP_GET, "/api/v1/rooms", rest_rooms, REST_LIST,
	 "The rooms of this node with the number of their members, by name.", NULL, 200,
	 ROOMS},
	{HTTP_GET, "/api/v1/rooms/{room}/members", rest_members, REST_LIST,
	 "The connections in a room, by their ids.", NULL, 200, MEMBERS},
	{HTTP_POST, "/api/v1/rooms/{room}/join", rest_join, 0,
	 "All connections of a user join a room. Remembered answers about the user's rights are "
	 "forgotten.",
	 WHO, 200, REACHED},
	{HTTP_POST, "/api/v1/rooms/{room}/leave", rest_leave, 0,
	 "All connections of a user leave a room. Remembered answers about the user's rights are "
	 "forgotten.",
	 WHO, 200, REACHED},
	{HTTP_GET, "/api/v1/connections", rest_connections, REST_LIST,
	 "The connections of this node, by their ids.", NULL, 200, CONNECTIONS},
	{HTTP_GET, "/api/v1/presence/{user}", rest_presence, 0,
	 "Is a person online, and with how many connections?", NULL, 200, PRESENCE},
	{HTTP_POST, "/api/v1/disconnect", rest_disconnect, 0,
	 "Close a connection, or all of a user, whose remembered rights are then forgotten. code "
	 "and reason reach plain clients.",
	 DISCONNECT, 200, REACHED},
	{HTTP_POST, "/api/v1/messages/", rest_message, 0,
	 "A message to a channel: new_message to its members, mention_notification to those "
	 "whom it names as @username.",
	 MESSAGE, 200, PUBLISHED},
	{HTTP_GET, "/api/v1/messages/{id}/why", rest_why, REST_USER,
	 "What became of a recently published message at a user, by its messageId.", NULL,
	 200, REASON},
	{HTTP_POST, "/api/v1/messages/reactions", rest_reaction, 0,
	 "message_reaction to the members of a channel.", REACTION, 200, PUBLISHED},
	{HTTP_POST, "/api/v1/channels/{id}/join", rest_channel_join, 0,
	 "A user joins a channel: user_joined to the others in it.", CHANNEL_MEMBER, 200,
	 PUBLISHED},
	{HTTP_POST, "/api/v1/channels/{id}/leave", rest_channel_leave, 0,
	 "A user leaves a channel: user_left to the others in it.", CHANNEL_MEMBER, 200,
	 PUBLISHED},
	{HTTP_GET, "/api/v1/notifications", rest_notification_list,
	 REST_LIST | REST_USER | REST_UNREAD,
	 "The notifications of a user, newest first.", NULL, 200, NOTIFICATIONS},
	{HTTP_POST, "/api/v1/notifications", rest_notification_add, 0,
	 "Store a notification, then tell its user: notification.new.", NOTIFICATION_NEW,
	 201, NOTIFICATION},
	{HTTP_POST, "/api/v1/notifications/{id}/read", rest_notification_read, 0,
	 "The user has read it: notification.read to all his connections.", WHO, 200,
	 NOTIFICATION},
	{HTTP_POST, "/api/v1/auth/login", rest_login, REST_DEMO,
	 "A token for whoever asks, in demo mode only.", LOGIN, 200, LOGGED_IN},
};
const size_t rest_rows_n = sizeof(rest_rows) / sizeof(rest_rows[0]);

static struct str
without_slash(struct str path)
{
	if (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

/* Segment by segment; a slash at the end of either makes no difference. */
static bool
fits(const char *pattern, struct str path, struct str *param_out)
{
	struct str rest = without_slash(str_from(pattern));

	path = without_slash(path);
	while (rest.ptr && path.ptr) {
		struct str want = str_cut(&rest, '/'), have = str_cut(&path, '/');

		if (want.len && want.ptr[0] == '{' && have.len)
			*param_out = have;
		else if (!str_eq(want, have))
			return false;
	}
	return !rest.ptr && !path.ptr;
}

const struct rest_row *
rest_find(struct str path, enum http_method method, struct str *param_out, char allow[32])
{
	static const char *const names[] = {[HTTP_GET] = "GET", [HTTP_POST] = "POST"};
	int n = 0;

	*param_out = (struct str){NULL, 0};
	allow[0] = '\0';
	for (size_t i = 0; i < rest_rows_n; i++) {
		if (!fits(rest_rows[i].path, path, param_out))
			continue;
		if (rest_rows[i].method == method)
			return &rest_rows[i];
		n += snprintf(allow + n, 32 - (size_t)n, "%s%s", n ? ", " : "",
			      names[rest_rows[i].method]);
	}
	return NULL;
}

const struct schema *
rest_schema(const struct rest *r, void (*serve)(struct rest_call *c))
{
	size_t i = 0;

	while (rest_rows[i].serve != serve)
		i++;
	return r->schemas[i];
}
