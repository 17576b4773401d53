/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO 5 in Engine.IO 4 over WebSocket, as the load speaks it. */
#include <stdio.h>
#include <string.h>

#include "websocket.h"

enum step { STEP_OPEN, STEP_CONNECT, STEP_JOIN, STEP_READY };

static char text[CLIENT_TEXT_BYTES + 1];

static void
write_query(const struct client *client, char *out, size_t out_bytes)
{
	snprintf(out, out_bytes, "?EIO=4&transport=websocket&sessionId=bench-%u",
		 client->number);
}

static void
on_opened(struct client *client)
{
	client->step = STEP_OPEN;
}

static void
send_packet(struct client *client, size_t packet_n)
{
	text[0] = '4';
	websocket_send(client, text, packet_n + 1);
}

static void
become_ready(struct client *client)
{
	client->step = STEP_READY;
	client_become_ready(client);
}

static uint32_t
base64url_value(char c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = memchr(letters, c, sizeof(letters) - 1);

	return at ? (uint32_t)(at - letters) : 0;
}

/* tidegate's session ids tell the loop that they belong to, in their third byte. */
static bool
is_misplaced(const struct client *client, const char *packet, size_t packet_n)
{
	static const char name[] = "\"sid\":\"";
	const struct options *o = client->options;
	uint32_t wanted = client->role == CLIENT_PUBLISHER ? o->publish_loop
							   : o->member_loop;
	const char *sid = memmem(packet, packet_n, name, sizeof(name) - 1);

	if (wanted == OPTIONS_ANY_LOOP || !sid ||
	    sid + sizeof(name) + 3 > packet + packet_n)
		return false;
	sid += sizeof(name) - 1;
	return wanted != ((base64url_value(sid[2]) & 3) << 6 | base64url_value(sid[3]));
}

static void
on_step(struct client *client, const char *packet, size_t packet_n)
{
	if (client->misplaced)
		return;
	if (client->step == STEP_OPEN && packet_n > 0 && packet[0] == '0') {
		client->misplaced = is_misplaced(client, packet, packet_n);
		client->step = STEP_CONNECT;
		if (client->misplaced)
			conn_end(&client->conn);
		else
			send_packet(client, client_connect_packet(client, "", text + 1,
								  sizeof(text) - 1));
	} else if (client->step == STEP_CONNECT && packet_n > 2 &&
		   memcmp(packet, "40", 2) == 0) {
		if (client->role != CLIENT_MEMBER) {
			become_ready(client);
			return;
		}
		client->step = STEP_JOIN;
		send_packet(client,
			    client_join_packet(client, text + 1, sizeof(text) - 1));
	} else if (client->step == STEP_JOIN && memmem(packet, packet_n, "RESPONSE", 8)) {
		become_ready(client);
	} else {
		client_fail(client, "not expected", packet, packet_n);
	}
}

static void
on_text(struct client *client, char *packet, size_t packet_n)
{
	if (packet_n == 1 && packet[0] == '2')
		websocket_send(client, "3", 1);
	else if (client->step == STEP_READY)
		client->up->message(client, packet, packet_n);
	else
		on_step(client, packet, packet_n);
}

static void
request(struct client *client, uint32_t sequence)
{
	send_packet(client,
		    client_request_packet(client, sequence, text + 1, sizeof(text) - 1));
}

static void
publish(struct client *client, uint32_t sequence)
{
	send_packet(client,
		    client_publish_packet(client, sequence, text + 1, sizeof(text) - 1));
}

static void
write_namespace(uint32_t namespace, char out[64])
{
	snprintf(out, 64, "/company/bench/artifact/%u,", namespace);
}

static void
enter(struct client *client, uint32_t namespace)
{
	char nsp[64];

	write_namespace(namespace, nsp);
	send_packet(client,
		    client_connect_packet(client, nsp, text + 1, sizeof(text) - 1));
}

static void
quit(struct client *client, uint32_t namespace)
{
	char nsp[64];

	write_namespace(namespace, nsp);
	send_packet(client, (size_t)snprintf(text + 1, sizeof(text) - 1, "1%s", nsp));
}

static void
leave(struct client *client)
{
	websocket_send(client, "41", 2);
	websocket_leave(client);
}

static const struct websocket_up up = {write_query, on_opened, on_text, NULL};

const struct protocol client_socketio = {
	.name = "socketio",
	.conn_up = &websocket_conn_up,
	.websocket = &up,
	.answer_marks_n = 2,
	.request = request,
	.publish = publish,
	.leave = leave,
	.enter = enter,
	.quit = quit,
};
