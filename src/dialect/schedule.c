/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dialect schedule: {type, action, data, timestamp, user_id}, shift plans with presence.
 * Tables only.
 */
#include "dialect/dialect.h"

static const struct verb_row verbs[] = {
	{"subscription",
	 "subscribe",
	 VERB_SUBSCRIBE,
	 true,
	 {{"data", SLOT_DATA, IS_OBJECT, true, 0},
	  {"data.events", SLOT_NAMES, IS_IDS, true, 0},
	  {"data.filters", SLOT_METADATA, IS_OBJECT | IS_NULL, false, 0},
	  {"data.filters.employee_id", SLOT_EMPLOYEE, IS_ID | IS_NULL, false, 0},
	  {"data.filters.date_range", SLOT_CONTEXT, IS_OBJECT | IS_NULL, false, 0},
	  {"data.filters.date_range.start", SLOT_START, IS_DATE | IS_NULL, false, 0},
	  {"data.filters.date_range.end", SLOT_END, IS_DATE | IS_NULL, false, 0}}},
	{"subscription",
	 "unsubscribe",
	 VERB_UNSUBSCRIBE,
	 true,
	 {{"data", SLOT_DATA, IS_OBJECT, true, 0},
	  {"data.events", SLOT_NAMES, IS_IDS, true, 0}}},
	{"presence",
	 "typing",
	 VERB_TYPING,
	 true,
	 {{"data", SLOT_DATA, IS_OBJECT, true, 0},
	  {"data.typing", SLOT_FLAG, IS_BOOL, true, 0},
	  {"data.context", SLOT_CONTEXT, IS_STRING | IS_NULL, false, 0}}},
	{"notification",
	 "read",
	 VERB_READ,
	 true,
	 {{"data", SLOT_DATA, IS_OBJECT, true, 0},
	  {"data.notification_id", SLOT_ID, IS_ID, true, 0}}},
	{"ping", NULL, VERB_PING, false, {{0}}},
	{"auth", NULL, VERB_AUTH, false, {{"token", SLOT_TOKEN, IS_TEXT, true, 0}}},
	{0},
};

#define EVENT(type, action) "{\"type\":\"" type "\",\"action\":\"" action "\",\"data\":"
#define NOW ",\"timestamp\":$now"

static const struct event_row events[] = {
	{"notification.new",
	 EVENT("notification",
	       "created") "{\"notification_id\":$#(.notification_id|.id|id)"
			  "[,\"notification_type\":$(.notification_type|.category)],"
			  "\"title\":$(.title|=\"\"),\"message\":$(.message|=\"\"),"
			  "\"priority\":$(.priority|=\"normal\")[,\"employee_id\":$#(.employee_id|.user)]"
			  "[,\"link\":$.link][,\"metadata\":$.metadata]}" NOW
			  ",\"user_id\":$#(.user|.user_id|user)}"},
	{"notification.read",
	 EVENT("notification",
	       "read") "{\"notification_id\":$#(.notification_id|.id),\"read_by\":$#(.read_by|user),"
		       "\"read_at\":$(.read_at|.readAt|now)}" NOW
		       ",\"user_id\":$#(user|.read_by)}"},
	{"presence.status_update", EVENT("presence", "status_update") "$data" NOW "}"},
	{"presence.typing", EVENT("presence", "typing") "$data" NOW "}"},
	{NULL, NULL},
};

#define SUBSCRIPTION "subscription_error"
#define MESSAGE "message_error"
#define CONNECTION "connection_error"
#define BAD_TOKEN                                                                        \
	"INVALID_TOKEN", "Authentication token is invalid or expired", CONNECTION

static const struct fault_row faults[] = {
	{E_JSON_SYNTAX, VERB_ANY, "INVALID_JSON", "The message is not valid JSON",
	 MESSAGE, NULL, 0},
	{E_UTF8, VERB_ANY, "INVALID_JSON", "The message is not valid UTF-8", MESSAGE,
	 NULL, 0},
	{E_WS_DATA, VERB_ANY, "INVALID_MESSAGE", "Only text messages are accepted",
	 MESSAGE, NULL, 0},
	{E_UNKNOWN_TYPE, VERB_ANY, "UNKNOWN_MESSAGE_TYPE", "Unknown message type",
	 MESSAGE, NULL, 0},
	{E_INVALID_MESSAGE, VERB_SUBSCRIBE, "INVALID_MESSAGE", "Invalid subscription",
	 SUBSCRIPTION, NULL, 0},
	{E_INVALID_MESSAGE, VERB_UNSUBSCRIBE, "INVALID_MESSAGE", "Invalid subscription",
	 SUBSCRIPTION, NULL, 0},
	{E_INVALID_MESSAGE, VERB_ANY, "INVALID_MESSAGE", "Invalid message", MESSAGE, NULL,
	 0},
	{E_TOO_LARGE, VERB_ANY, "INVALID_MESSAGE", "The event's name is too long",
	 SUBSCRIPTION, NULL, 0},
	{E_FORBIDDEN, VERB_SUBSCRIBE, "PERMISSION_DENIED",
	 "Insufficient permissions to subscribe to this event type", SUBSCRIPTION, NULL,
	 0},
	{E_FORBIDDEN, VERB_ANY, "PERMISSION_DENIED", "Insufficient permissions", MESSAGE,
	 NULL, 0},
	{E_NOT_FOUND, VERB_READ, "NOT_FOUND", "There is no such notification", MESSAGE,
	 NULL, 0},
	{E_TOO_MANY_ROOMS, VERB_ANY, "TOO_MANY_SUBSCRIPTIONS", "Too many subscriptions",
	 SUBSCRIPTION, NULL, 0},
	{E_INVALID_TOKEN, VERB_ANY, BAD_TOKEN,
	 "{\"token_expired\":false,\"refresh_required\":true}", 4401},
	{E_TOKEN_EXPIRED, VERB_ANY, BAD_TOKEN,
	 "{\"token_expired\":true,\"refresh_required\":true}", 4401},
	{E_TOO_MANY_CONNECTIONS, VERB_ANY, "TOO_MANY_CONNECTIONS",
	 "Too many connections of this user or address", CONNECTION, NULL, 4429},
	{E_RATE_LIMITED, VERB_SUBSCRIBE, "RATE_LIMITED", "Too many subscriptions",
	 SUBSCRIPTION, NULL, 0},
	{E_RATE_LIMITED, VERB_UNSUBSCRIBE, "RATE_LIMITED", "Too many subscriptions",
	 SUBSCRIPTION, NULL, 0},
	{E_RATE_LIMITED, VERB_ANY, "RATE_LIMITED", "Too many messages", MESSAGE, NULL, 0},
	{E_IDLE, VERB_ANY, "IDLE_TIMEOUT", "No message for too long", CONNECTION, NULL,
	 1001},
	{E_INTERNAL_ERROR, VERB_ANY, "INTERNAL_ERROR", "Internal server error", MESSAGE,
	 NULL, 0},
	{0, VERB_ANY, NULL, NULL, NULL, NULL, 0},
};

static const char *const filtered[] = {"schedule", "notification", "employee", "presence",
				       NULL};

const struct dialect dialect_schedule = {
	.name = "schedule",
	.number = DIALECT_SCHEDULE,
	.prefix = "event:",
	.general = "{\"type\":$type,\"action\":$(action|type),\"data\":$data" NOW
		   ",\"user_id\":$#(user|.user_id)}",
	.error =
		"{\"type\":\"error\",\"action\":$second,\"data\":{\"code\":$code,"
		"\"message\":$message[,\"details\":$details][,\"details\":{\"member\":$where}]"
		"[,\"requested_events\":$names][,\"allowed_events\":$allowed]},\"timestamp\":$now}",
	.verbs = verbs,
	.events = events,
	.faults = faults,
	.filtered = filtered,
	.says_user_typing = true,
	.replies =
		{
			[REPLY_PONG] =
				"{\"type\":\"pong\",\"action\":\"pong\",\"data\":{},\"timestamp\":$now,"
				"\"user_id\":$#user}",
			[REPLY_SUBSCRIBED] = EVENT("subscription",
						   "subscribed") "{\"events\":$names}" NOW
								 ",\"user_id\":$#user}",
			[REPLY_UNSUBSCRIBED] = EVENT(
				"subscription", "unsubscribed") "{\"events\":$names}" NOW
								",\"user_id\":$#user}",
			[REPLY_RENEWED] = EVENT("auth",
						"renewed") "{\"expires_at\":$until}" NOW
							   ",\"user_id\":$#user}",
			[REPLY_LEFT_BEHIND] = EVENT(
				"subscription", "unsubscribed") "{\"events\":$names}" NOW
								",\"user_id\":$#user}",
		},
};
