/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plain WebSocket: raw messages, the same to members that have said a word ("spoken"), and the
 * four JSON dialects, each of them a row with the text that takes a member into its room. Not
 * every dialect confirms that, and only rooms lets clients publish: a ping behind the text
 * tells when it was read, and somebody else publishes (--publish-protocol).
 */
#include <stdio.h>
#include <string.h>

#include "websocket.h"

static char text[CLIENT_TEXT_BYTES + 1];

/* --- raw messages ---------------------------------------------------------------------- */

static void
no_query(const struct client *client, char *out, size_t out_bytes)
{
	(void)client;
	snprintf(out, out_bytes, "%s", "");
}

static void
raw_text(struct client *client, char *message, size_t message_n)
{
	client->up->message(client, message, message_n);
}

static void
raw_send(struct client *client, uint32_t sequence)
{
	client_payload(client->options, sequence, text);
	websocket_send(client, text, client->options->payload_bytes);
}

static const struct websocket_up raw_up = {no_query, client_become_ready, raw_text, NULL};

const struct protocol client_raw = {
	.name = "raw",
	.conn_up = &websocket_conn_up,
	.websocket = &raw_up,
	.answer_marks_n = 1,
	.request = raw_send,
	.publish = raw_send,
	.leave = websocket_leave,
};

/* A member that has answered, as those of Socket.IO have with their CONNECT: its system puts
 * off acknowledgements then, until there are so many bytes that it sends them while the server
 * is sending, and on the account of that. */
static void
say_a_word(struct client *client)
{
	if (client->role == CLIENT_MEMBER)
		websocket_send(client, "word", 4);
	client_become_ready(client);
}

static const struct websocket_up spoken_up = {no_query, say_a_word, raw_text, NULL};

const struct protocol client_spoken = {
	.name = "spoken",
	.conn_up = &websocket_conn_up,
	.websocket = &spoken_up,
	.publish = raw_send,
	.leave = websocket_leave,
};

/* --- the dialects ---------------------------------------------------------------------- */

static void
token_query(const struct client *client, char *out, size_t out_bytes)
{
	const struct options *o = client->options;
	const char *token = o->tokens_n > 0 ? o->tokens[client->number % o->tokens_n]
					    : "";

	snprintf(out, out_bytes, "?token=%s", token);
}

/* Everybody but a publisher asks for the room; "@" in the text is the room, or what follows its
 * colon. */
static void
on_opened(struct client *client)
{
	const char *room = client->options->room, *colon = strchr(room, ':');
	const char *subscribe = client->protocol->subscribe,
		   *hole = strchr(subscribe, '@');
	int n;

	if (client->protocol != &client_rooms && colon)
		room = colon + 1;
	/* who wants to say something in a room must be in it, too */
	if (client->role != CLIENT_PUBLISHER || client->protocol->publish) {
		n = snprintf(text, sizeof(text), "%.*s%s%s", (int)(hole - subscribe),
			     subscribe, room, hole + 1);
		websocket_send(client, text, (size_t)n);
	}
	websocket_ping(client);
}

static void
on_pong(struct client *client)
{
	if (!client->ready)
		client_become_ready(client);
}

/* Messages without a mark are greetings, confirmations, news of other members. */
static void
on_text(struct client *client, char *message, size_t message_n)
{
	if (memmem(message, message_n, "error", 5))
		client_fail(client, "refused", message, message_n);
	else if (client->ready && client->role == CLIENT_MEMBER &&
		 memchr(message, '#', message_n))
		client->up->message(client, message, message_n);
}

static void
rooms_publish(struct client *client, uint32_t sequence)
{
	static char payload[CLIENT_PAYLOAD_MAX + 1];
	int n;

	client_payload(client->options, sequence, payload);
	n = snprintf(text, sizeof(text),
		     "{\"type\":\"send_message\",\"room\":\"%s\",\"data\":{\"content\":"
		     "\"%s\"}}",
		     client->options->room, payload);
	websocket_send(client, text, (size_t)n);
}

static const struct websocket_up plain_up = {token_query, on_opened, on_text, on_pong};

#define PLAIN(name_, subscribe_, publish_)                                               \
	{                                                                                \
		.name = name_, .conn_up = &websocket_conn_up, .websocket = &plain_up,    \
		.subscribe = subscribe_, .publish = publish_, .leave = websocket_leave,  \
	}

const struct protocol client_rooms = PLAIN(
	"rooms", "{\"type\":\"join_room\",\"room\":\"@\"}", rooms_publish);
const struct protocol client_channels = PLAIN(
	"channels", "{\"type\":\"join_channel\",\"channel_id\":\"@\"}", NULL);
const struct protocol client_topics = PLAIN(
	"topics", "{\"type\":\"subscribe\",\"data\":{\"topics\":[\"@\"]}}", NULL);
const struct protocol client_schedule = PLAIN(
	"schedule",
	"{\"type\":\"subscription\",\"action\":\"subscribe\",\"data\":{\"events\":[\"@\"]"
	"}}",
	NULL);
