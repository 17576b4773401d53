/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialect channels: flat {type, channel_id, …, timestamp}, conversations. Tables only. */
#include "dialect/dialect.h"
#include "dialect/channels.h"

#define CHANNEL                                                                          \
	{                                                                                \
		"channel_id", SLOT_ROOM, IS_ID, true, E_ROOM_REQUIRED                    \
	}

static const struct verb_row verbs[] = {
	{"join_channel", NULL, VERB_JOIN, true, {CHANNEL}},
	{"leave_channel", NULL, VERB_LEAVE, true, {CHANNEL}},
	{"typing_indicator",
	 NULL,
	 VERB_TYPING,
	 true,
	 {CHANNEL, {"is_typing", SLOT_FLAG, IS_BOOL, true, 0}}},
	{"get_online_users", NULL, VERB_WHO, true, {CHANNEL}},
	{"ping", NULL, VERB_PING, false, {{0}}},
	{"auth", NULL, VERB_AUTH, false, {{"token", SLOT_TOKEN, IS_TEXT, true, 0}}},
	{0},
};

#define NEW_MESSAGE                                                                            \
	"{\"type\":\"new_message\",\"data\":{\"id\":$@(.id|id),\"content\":$(.content|=\"\")," \
	"\"channelId\":$@(.channelId|.channel_id|channel|room),"                               \
	"\"userId\":$@(.userId|.user_id|.user.id|user),\"createdAt\":$(.createdAt|now),"       \
	"\"updatedAt\":$(.updatedAt|.createdAt|now),\"user\":{"                                \
	"\"id\":$@(.user.id|.userId|.user_id|user),"                                           \
	"\"username\":$(.user.username|.username|username),\"email\":$(.user.email|email)}"    \
	"[,\"metadata\":$.metadata]},\"timestamp\":$now}"
#define TO_CHANNEL "\"channel_id\":$@(.channel_id|.channelId|channel|room)"
#define MEMBER(type)                                                                     \
	"{\"type\":\"" type "\",\"user_id\":$@(.user_id|.userId|user)," TO_CHANNEL       \
	",\"timestamp\":$now}"

const struct event_row channels_events[] = {
	{"new_message", NEW_MESSAGE},
	{"message", NEW_MESSAGE},
	{"message_reaction",
	 "{\"type\":\"message_reaction\",\"message_id\":$@(.message_id|.messageId),\"data\":{"
	 "\"emoji\":$.emoji,\"user_id\":$@(.user_id|.userId|user),"
	 "\"username\":$(.username|username),\"action\":$(.action|=\"add\")},\"timestamp\":$now}"},
	{"typing_indicator",
	 "{\"type\":\"typing_indicator\",\"user_id\":$@(.user_id|.userId|user)," TO_CHANNEL
	 ",\"is_typing\":$(.is_typing|=false),\"timestamp\":$now}"},
	{"user_status",
	 "{\"type\":\"user_status\",\"user_id\":$@(.user_id|.userId|user),\"status\":$.status,"
	 "\"timestamp\":$now}"},
	{"user_joined", MEMBER("user_joined")},
	{"user_left", MEMBER("user_left")},
	{"mention_notification",
	 "{\"type\":\"mention_notification\",\"data\":{\"message_id\":$@(.message_id|.id)," TO_CHANNEL
	 ",\"content\":$(.content|=\"\"),"
	 "\"from_user_id\":$@(.from_user_id|user),"
	 "\"from_username\":$(.from_username|username)},\"timestamp\":$now}"},
	{NULL, NULL},
};

static const struct fault_row faults[] = {
	{E_JSON_SYNTAX, VERB_ANY, "invalid_json", "Malformed JSON in message", NULL, NULL,
	 0},
	{E_UTF8, VERB_ANY, "invalid_json", "Invalid UTF-8 in message", NULL, NULL, 0},
	{E_WS_DATA, VERB_ANY, "invalid_json", "Only text messages are accepted", NULL,
	 NULL, 0},
	{E_UNKNOWN_TYPE, VERB_ANY, "unknown_message_type", "Unrecognized message type",
	 NULL, NULL, 0},
	{E_ROOM_REQUIRED, VERB_ANY, "missing_channel_id", "channel_id is required", NULL,
	 NULL, 0},
	{E_FORBIDDEN, VERB_ANY, "access_denied", "Access denied to channel", NULL,
	 "\"User is not a member of this private channel\"", 0},
	{E_NOT_MEMBER, VERB_ANY, "access_denied", "Access denied to channel", NULL,
	 "\"User has not joined this channel\"", 0},
	{E_INVALID_MESSAGE, VERB_JOIN, "join_channel_error", "Error joining channel",
	 NULL, NULL, 0},
	{E_TOO_LARGE, VERB_JOIN, "join_channel_error", "Error joining channel", NULL,
	 "\"channel_id is too long\"", 0},
	{E_TOO_MANY_ROOMS, VERB_JOIN, "join_channel_error", "Error joining channel", NULL,
	 "\"Too many channels\"", 0},
	{E_NOMEM, VERB_JOIN, "join_channel_error", "Error joining channel", NULL, NULL,
	 0},
	{E_INVALID_MESSAGE, VERB_LEAVE, "leave_channel_error", "Error leaving channel",
	 NULL, NULL, 0},
	{E_TOO_LARGE, VERB_LEAVE, "leave_channel_error", "Error leaving channel", NULL,
	 NULL, 0},
	{E_INVALID_MESSAGE, VERB_TYPING, "typing_indicator_error",
	 "Error processing typing indicator", NULL, NULL, 0},
	{E_TOO_LARGE, VERB_TYPING, "typing_indicator_error",
	 "Error processing typing indicator", NULL, NULL, 0},
	{E_INVALID_MESSAGE, VERB_WHO, "get_online_users_error",
	 "Error retrieving online users", NULL, NULL, 0},
	{E_TOO_LARGE, VERB_WHO, "get_online_users_error", "Error retrieving online users",
	 NULL, NULL, 0},
	{E_INVALID_MESSAGE, VERB_ANY, "unknown_message_type", "Invalid message", NULL,
	 NULL, 0},
	{E_INVALID_TOKEN, VERB_ANY, "invalid_token", "Authentication failed", NULL,
	 "\"The token is missing or invalid\"", 4401},
	{E_TOKEN_EXPIRED, VERB_ANY, "invalid_token", "Authentication failed", NULL,
	 "\"The token has expired\"", 4401},
	{E_TOO_MANY_CONNECTIONS, VERB_ANY, "too_many_connections", "Too many connections",
	 NULL, NULL, 4429},
	{E_RATE_LIMITED, VERB_ANY, "rate_limited", "Too many messages", NULL, NULL, 0},
	{E_IDLE, VERB_ANY, "idle_timeout", "No sign of life for too long", NULL, NULL,
	 1001},
	{E_INTERNAL_ERROR, VERB_ANY, "internal_error", "Server-side error", NULL, NULL,
	 0},
	{0, VERB_ANY, NULL, NULL, NULL, NULL, 0},
};

const struct dialect dialect_channels = {
	.name = "channels",
	.number = DIALECT_CHANNELS,
	.prefix = "channel:",
	.general = CHANNELS_GENERAL,
	.error =
		"{\"type\":\"error\",\"error_code\":$code,\"message\":$message"
		"[,\"details\":$details][,\"details\":\"Invalid member: $-where\"],\"timestamp\":$now}",
	.verbs = verbs,
	.events = channels_events,
	.faults = faults,
	.joins_channels = true,
	.beats = true,
	.replies =
		{
			[REPLY_WELCOME] = CHANNELS_WELCOME,
			[REPLY_PONG] = "{\"type\":\"pong\",\"timestamp\":$now}",
			[REPLY_JOINED] =
				"{\"type\":\"channel_joined\",\"channel_id\":$@(channel|room),"
				"\"timestamp\":$now}",
			[REPLY_LEFT] =
				"{\"type\":\"channel_left\",\"channel_id\":$@(channel|room),"
				"\"timestamp\":$now}",
			[REPLY_WHO] =
				"{\"type\":\"online_users\",\"channel_id\":$@(channel|room),"
				"\"users\":$users,\"timestamp\":$now}",
			[REPLY_RENEWED] =
				"{\"type\":\"authenticated\",\"expires_at\":$until,"
				"\"timestamp\":$now}",
			[REPLY_LEFT_BEHIND] =
				"{\"type\":\"channel_left\",\"channel_id\":$@(channel|room),"
				"\"timestamp\":$now}",
		},
};
