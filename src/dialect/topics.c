/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialect topics: {type, data}, notifications and job updates. Tables only. */
#include "dialect/dialect.h"

static const struct verb_row verbs[] = {
	{"subscribe",
	 NULL,
	 VERB_SUBSCRIBE,
	 true,
	 {{"data", SLOT_DATA, IS_OBJECT, true, 0},
	  {"data.userId", SLOT_USER, IS_ID, false, 0},
	  {"data.topics", SLOT_NAMES, IS_IDS, false, 0},
	  {"data.token", SLOT_TOKEN, IS_TEXT, false, 0}}},
	{"unsubscribe",
	 NULL,
	 VERB_UNSUBSCRIBE,
	 true,
	 {{"data", SLOT_DATA, IS_OBJECT, true, 0},
	  {"data.userId", SLOT_USER, IS_ID, false, 0},
	  {"data.topics", SLOT_NAMES, IS_IDS, false, 0}}},
	{"mark_read",
	 NULL,
	 VERB_READ,
	 true,
	 {{"data", SLOT_DATA, IS_OBJECT, true, 0},
	  {"data.notificationId", SLOT_ID, IS_ID, true, 0}}},
	{"pong", NULL, VERB_PONG, true, {{0}}},
	{"ping", NULL, VERB_PING, false, {{0}}},
	{"auth", NULL, VERB_AUTH, false, {{"token", SLOT_TOKEN, IS_TEXT, true, 0}}},
	{0},
};

#define NOTIFICATION                                                                       \
	"{\"type\":\"notification\",\"data\":{\"id\":$@(.id|.notification_id|id),"         \
	"\"title\":$(.title|=\"\"),\"message\":$(.message|=\"\"),"                         \
	"\"timestamp\":$(.timestamp|now),\"read\":$(.read|=false)"                         \
	"[,\"readAt\":$(.readAt|.read_at)][,\"category\":$(.category|.notification_type)]" \
	"[,\"priority\":$.priority][,\"link\":$.link][,\"metadata\":$.metadata]}}"

static const struct event_row events[] = {
	{"notification.new", NOTIFICATION},
	{"notification.created", NOTIFICATION},
	{"notification", NOTIFICATION},
	{"notification.read",
	 "{\"type\":\"notification.read\",\"data\":{\"id\":$@(.notification_id|.id),\"read\":true,"
	 "\"readAt\":$(.read_at|.readAt|now)}}"},
	{NULL, NULL},
};

static const struct fault_row faults[] = {
	{E_JSON_SYNTAX, VERB_ANY, "invalid_message", "The message is not valid JSON",
	 NULL, NULL, 0},
	{E_UTF8, VERB_ANY, "invalid_message", "The message is not valid UTF-8", NULL,
	 NULL, 0},
	{E_WS_DATA, VERB_ANY, "invalid_message", "Only text messages are accepted", NULL,
	 NULL, 0},
	{E_UNKNOWN_TYPE, VERB_ANY, "invalid_message", "Unknown message type", NULL, NULL,
	 0},
	{E_INVALID_MESSAGE, VERB_ANY, "invalid_message", "The message format is invalid",
	 NULL, NULL, 0},
	{E_NOT_FOUND, VERB_READ, "invalid_message", "There is no such notification", NULL,
	 NULL, 0},
	{E_LOGIN_REQUIRED, VERB_ANY, "unauthorized",
	 "The client is not authorized to perform the action", NULL, NULL, 0},
	{E_FORBIDDEN, VERB_ANY, "subscription_failed", "Failed to subscribe to the topic",
	 NULL, NULL, 0},
	{E_TOO_LARGE, VERB_SUBSCRIBE, "subscription_failed",
	 "The topic's name is too long", NULL, NULL, 0},
	{E_INVALID_TOKEN, VERB_ANY, "unauthorized", "The token is missing or invalid",
	 NULL, NULL, 4401},
	{E_TOKEN_EXPIRED, VERB_ANY, "unauthorized", "The token has expired", NULL, NULL,
	 4401},
	{E_TOO_MANY_ROOMS, VERB_ANY, "subscription_failed",
	 "Too many subscriptions, the connection is closed", NULL, NULL, 4429},
	{E_TOO_MANY_CONNECTIONS, VERB_ANY, "unauthorized", "Too many connections", NULL,
	 NULL, 4429},
	{E_RATE_LIMITED, VERB_ANY, "rate_limited",
	 "Too many messages, the connection is closed", NULL, NULL, 4429},
	{E_IDLE, VERB_ANY, "inactive", "No pong for too long, the connection is closed",
	 NULL, NULL, 1001},
	{E_INTERNAL_ERROR, VERB_ANY, "internal_error",
	 "An internal server error occurred", NULL, NULL, 0},
	{0, VERB_ANY, NULL, NULL, NULL, NULL, 0},
};

const struct dialect dialect_topics = {
	.name = "topics",
	.number = DIALECT_TOPICS,
	.prefix = "topic:",
	.general = "{\"type\":$event,\"data\":$data}",
	.error =
		"{\"type\":\"error\",\"data\":{\"code\":$code,\"message\":\"$-message[: $-where]\"}}",
	.verbs = verbs,
	.events = events,
	.faults = faults,
	.logs_in = true,
	.beats = true,
	.replies =
		{
			[REPLY_PING] = "{\"type\":\"ping\"}",
			[REPLY_PONG] = "{\"type\":\"pong\"}",
			[REPLY_SUBSCRIBED] =
				"{\"type\":\"subscribed\",\"data\":{\"userId\":$#user,"
				"\"topics\":$(names|=[])}}",
			[REPLY_UNSUBSCRIBED] =
				"{\"type\":\"unsubscribed\",\"data\":{\"userId\":$#user,"
				"\"topics\":$(names|=[])}}",
			[REPLY_RENEWED] =
				"{\"type\":\"authenticated\",\"data\":{\"expiresAt\":$until}}",
			[REPLY_LEFT_BEHIND] =
				"{\"type\":\"error\",\"data\":{\"code\":\"subscription_failed\","
				"\"message\":\"Not subscribed any more: $-room\"}}",
		},
};
