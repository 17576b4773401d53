/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dialect rooms: {type, room, data, sender, timestamp}, chat and tasks in rooms.
 * Tables only.
 */
#include "dialect/dialect.h"

static const struct verb_row verbs[] = {
	{"join_room",
	 NULL,
	 VERB_JOIN,
	 true,
	 {{"room", SLOT_ROOM, IS_TEXT, true, E_ROOM_REQUIRED}}},
	{"leave_room",
	 NULL,
	 VERB_LEAVE,
	 true,
	 {{"room", SLOT_ROOM, IS_TEXT, true, E_ROOM_REQUIRED}}},
	{"send_message",
	 NULL,
	 VERB_SAY,
	 true,
	 {{"room", SLOT_ROOM, IS_TEXT, true, E_ROOM_REQUIRED},
	  {"data", SLOT_DATA, IS_OBJECT, true, 0},
	  {"data.content", SLOT_CONTENT, IS_TEXT, true, 0},
	  {"data.metadata", SLOT_METADATA, IS_OBJECT | IS_NULL, false, 0}}},
	{"ping", NULL, VERB_PING, false, {{0}}},
	{"auth", NULL, VERB_AUTH, false, {{"token", SLOT_TOKEN, IS_TEXT, true, 0}}},
	{0},
};

#define NOTIFICATION "{\"type\":\"notification.new\",\"data\":$data,\"timestamp\":$now}"
#define HEAD(type) "{\"type\":\"" type "\"[,\"room\":$room],\"data\":"
#define TAIL ",\"sender\":$(sender|=\"system\"),\"timestamp\":$now}"

static const struct event_row events[] = {
	{"message", HEAD("message") "$data" TAIL},
	{"new_message",
	 HEAD("message") "{\"content\":$(.content|=\"\"),"
			 "\"username\":$(.user.username|.username|username),"
			 "\"user_id\":$#(.userId|.user_id|.user.id|user)"
			 "[,\"metadata\":$.metadata]}"
			 ",\"sender\":$(sender|.user.username|.username|=\"system\"),"
			 "\"timestamp\":$now}"},
	{"notification.new", NOTIFICATION},
	{"notification.created", NOTIFICATION},
	{NULL, NULL},
};

static const struct fault_row faults[] = {
	{E_JSON_SYNTAX, VERB_ANY, "invalid_json", "Invalid JSON", NULL, NULL, 0},
	{E_UTF8, VERB_ANY, "invalid_json", "Invalid UTF-8", NULL, NULL, 0},
	{E_WS_DATA, VERB_ANY, "invalid_message", "Only text messages are accepted", NULL,
	 NULL, 0},
	{E_UNKNOWN_TYPE, VERB_ANY, "unknown_message_type", "Unknown message type", NULL,
	 NULL, 0},
	{E_INVALID_MESSAGE, VERB_ANY, "invalid_message", "Invalid message", NULL, NULL,
	 0},
	{E_ROOM_REQUIRED, VERB_ANY, "room_required", "Room is required", NULL, NULL, 0},
	{E_TOO_LARGE, VERB_ANY, "invalid_message", "Room identifier is too long", NULL,
	 NULL, 0},
	{E_ARGUMENT, VERB_ANY, "invalid_message",
	 "Invalid room identifier, expected entity_type:entity_id", NULL, NULL, 0},
	{E_FORBIDDEN, VERB_JOIN, "forbidden", "No access to requested room", NULL, NULL,
	 4403},
	{E_FORBIDDEN, VERB_ANY, "forbidden", "No access to requested room", NULL, NULL,
	 0},
	{E_NOT_MEMBER, VERB_ANY, "not_member", "Not a member of this room, join it first",
	 NULL, NULL, 0},
	{E_TOO_MANY_ROOMS, VERB_ANY, "too_many_rooms", "Too many rooms", NULL, NULL, 0},
	{E_INVALID_TOKEN, VERB_ANY, "invalid_token",
	 "Authentication failed: invalid or missing token", NULL, NULL, 4401},
	{E_TOKEN_EXPIRED, VERB_ANY, "token_expired",
	 "Authentication failed: token has expired", NULL, NULL, 4401},
	{E_TOO_MANY_CONNECTIONS, VERB_ANY, "too_many_connections", "Too many connections",
	 NULL, NULL, 4429},
	{E_RATE_LIMITED, VERB_ANY, "rate_limited", "Rate limit exceeded, message dropped",
	 NULL, NULL, 0},
	{E_IDLE, VERB_ANY, "idle", "No sign of life for too long", NULL, NULL, 1001},
	{E_INTERNAL_ERROR, VERB_ANY, "internal_error", "Internal server error", NULL,
	 NULL, 4500},
	{0, VERB_ANY, NULL, NULL, NULL, NULL, 0},
};

const struct dialect dialect_rooms = {
	.name = "rooms",
	.number = DIALECT_ROOMS,
	.prefix = "",
	.general = "{\"type\":$event[,\"room\":$room],\"data\":$data" TAIL,
	.error = "{\"type\":\"error\",\"data\":{\"error\":\"$-message[: $-where]\"},"
		 "\"timestamp\":$now}",
	.verbs = verbs,
	.events = events,
	.faults = faults,
	.beats = true,
	.replies =
		{
			[REPLY_WELCOME] =
				"{\"type\":\"connected\",\"data\":{\"message\":"
				"\"Connected successfully\",\"user_id\":$#user,"
				"\"username\":$(username|user)},\"timestamp\":$precisely}",
			[REPLY_PONG] =
				"{\"type\":\"pong\",\"data\":{\"timestamp\":$now},\"timestamp\":$now}",
			[REPLY_JOINED] =
				"{\"type\":\"joined_room\",\"room\":$room,\"data\":{\"message\":"
				"\"Joined room $-room\"},\"timestamp\":$now}",
			[REPLY_LEFT] =
				"{\"type\":\"left_room\",\"room\":$room,\"data\":{\"message\":"
				"\"Left room $-room\"},\"timestamp\":$now}",
			[REPLY_RENEWED] =
				"{\"type\":\"authenticated\",\"data\":{\"message\":"
				"\"Token renewed\",\"expires_at\":$until},\"timestamp\":$now}",
			[REPLY_LEFT_BEHIND] =
				"{\"type\":\"left_room\",\"room\":$room,\"data\":{\"message\":"
				"\"No access to room $-room any more\"},\"timestamp\":$now}",
		},
};
