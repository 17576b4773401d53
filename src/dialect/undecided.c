/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection on a path that several dialects share, before its first message tells which it
 * speaks. It is greeted and served as channels does, whose clients wait for that; an error
 * carries what schedule and what channels look for. Tables only.
 */
#include "dialect/channels.h"

static const struct verb_row verbs[] = {
	{"ping", NULL, VERB_PING, false, {{0}}},
	{"auth", NULL, VERB_AUTH, false, {{"token", SLOT_TOKEN, IS_TEXT, true, 0}}},
	{0},
};

/* second: the code in the words of channels */
static const struct fault_row faults[] = {
	{E_JSON_SYNTAX, VERB_ANY, "INVALID_JSON", "Malformed JSON in message",
	 "invalid_json", NULL, 0},
	{E_UTF8, VERB_ANY, "INVALID_JSON", "Invalid UTF-8 in message", "invalid_json",
	 NULL, 0},
	{E_WS_DATA, VERB_ANY, "INVALID_MESSAGE", "Only text messages are accepted",
	 "invalid_json", NULL, 0},
	{E_UNKNOWN_TYPE, VERB_ANY, "UNKNOWN_MESSAGE_TYPE", "Unrecognized message type",
	 "unknown_message_type", NULL, 0},
	{E_INVALID_MESSAGE, VERB_ANY, "INVALID_MESSAGE", "Invalid message",
	 "unknown_message_type", NULL, 0},
	{E_INVALID_TOKEN, VERB_ANY, "INVALID_TOKEN",
	 "Authentication token is invalid or expired", "invalid_token",
	 "{\"token_expired\":false,\"refresh_required\":true}", 4401},
	{E_TOKEN_EXPIRED, VERB_ANY, "INVALID_TOKEN",
	 "Authentication token is invalid or expired", "invalid_token",
	 "{\"token_expired\":true,\"refresh_required\":true}", 4401},
	{E_TOO_MANY_CONNECTIONS, VERB_ANY, "TOO_MANY_CONNECTIONS", "Too many connections",
	 "too_many_connections", NULL, 4429},
	{E_RATE_LIMITED, VERB_ANY, "RATE_LIMITED", "Too many messages", "rate_limited",
	 NULL, 0},
	{E_IDLE, VERB_ANY, "IDLE_TIMEOUT", "No sign of life for too long", "idle_timeout",
	 NULL, 1001},
	{E_INTERNAL_ERROR, VERB_ANY, "INTERNAL_ERROR", "Server-side error",
	 "internal_error", NULL, 0},
	{0, VERB_ANY, NULL, NULL, NULL, NULL, 0},
};

const struct dialect dialect_undecided = {
	.name = "undecided",
	.number = DIALECT_UNDECIDED,
	.prefix = "channel:",
	.general = CHANNELS_GENERAL,
	.error =
		"{\"type\":\"error\",\"action\":\"connection_error\",\"data\":{\"code\":$code,"
		"\"message\":$message[,\"details\":$details]},\"error_code\":$second,"
		"\"message\":$message[,\"details\":$details],\"timestamp\":$now}",
	.verbs = verbs,
	.events = channels_events,
	.faults = faults,
	.joins_channels = true,
	.beats = true,
	.replies =
		{
			[REPLY_WELCOME] = CHANNELS_WELCOME,
			[REPLY_PONG] = "{\"type\":\"pong\",\"timestamp\":$now}",
			[REPLY_RENEWED] =
				"{\"type\":\"authenticated\",\"expires_at\":$until,"
				"\"timestamp\":$now}",
		},
};
