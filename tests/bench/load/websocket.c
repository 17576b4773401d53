/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The protocols of the load that run over WebSocket: Socket.IO 5 in Engine.IO 4, and raw
 * messages. A further dialect is a further pair of functions and a row at the end.
 */
#include "client.h"
#include "frame.h"

#include <stdio.h>
#include <string.h>

enum step { STEP_UPGRADE, STEP_OPEN, STEP_CONNECT, STEP_JOIN, STEP_READY, STEP_LEFT };

static char text[CLIENT_TEXT_BYTES + 1];

static struct client *
of(struct conn *conn)
{
	return (struct client *)conn;
}

/* --- both: the upgrade, the frames ----------------------------------------------------- */

static void
ask_upgrade(struct client *client, const char *query)
{
	char path[CLIENT_PATH_BYTES];
	int n;

	client_path(client, path, sizeof(path));
	n = snprintf(text, sizeof(text),
		     "GET %s%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
		     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		     path, query, client->options->host);
	conn_queue(&client->conn, text, (size_t)n);
}

/* Returns: bytes of the answer, 0 when it is not complete; the client may have failed. */
static size_t
read_upgrade(struct client *client, const char *bytes, size_t bytes_n)
{
	const char *end = memmem(bytes, bytes_n, "\r\n\r\n", 4);

	if (!end)
		return 0;
	if (bytes_n < 12 || memcmp(bytes, "HTTP/1.1 101", 12) != 0) {
		client_fail(client, "no upgrade", bytes, bytes_n);
		return 0;
	}
	return (size_t)(end - bytes) + 4;
}

static void
on_frame(struct client *client, const struct frame_view *frame,
	 void (*on_text)(struct client *client, char *bytes, size_t bytes_n))
{
	switch (frame->opcode) {
	case FRAME_TEXT:
	case FRAME_BINARY:
		on_text(client, frame->bytes, frame->bytes_n);
		break;
	case FRAME_PING:
		frame_write(&client->conn, FRAME_PONG, frame->bytes, frame->bytes_n);
		break;
	case FRAME_CLOSE:
		/* Either way the server is the one to end the connection. */
		if (client->step == STEP_LEFT)
			break;
		if (client->step == STEP_READY)
			frame_write(&client->conn, FRAME_CLOSE, frame->bytes,
				    frame->bytes_n < 2 ? 0 : 2);
		else
			client_fail(client, "closed", frame->bytes, frame->bytes_n);
		break;
	case FRAME_PONG:
		break;
	}
}

static size_t
read_frames(struct client *client, char *bytes, size_t bytes_n,
	    void (*on_text)(struct client *client, char *bytes, size_t bytes_n))
{
	struct frame_view frame;
	size_t used = 0;
	int64_t n = 1;

	while (client->conn.fd >= 0) {
		n = frame_read(bytes + used, bytes_n - used, &frame);
		if (n <= 0)
			break;
		used += (size_t)n;
		on_frame(client, &frame, on_text);
	}
	if (n < 0)
		client_fail(client, "not a frame", bytes + used, bytes_n - used);
	return used;
}

static void
on_closed(struct conn *conn)
{
	of(conn)->up->gone(of(conn));
}

static void
leave(struct client *client)
{
	client->step = STEP_LEFT;
	frame_write(&client->conn, FRAME_CLOSE, "\x03\xe8", 2);
}

/* --- Socket.IO ------------------------------------------------------------------------- */

static void
send_packet(struct client *client, size_t packet_n)
{
	text[0] = '4';
	frame_write(&client->conn, FRAME_TEXT, text, packet_n + 1);
}

static void
on_step(struct client *client, const char *bytes, size_t bytes_n)
{
	if (client->step == STEP_OPEN && bytes[0] == '0') {
		client->step = STEP_CONNECT;
		send_packet(client,
			    client_connect_packet(client, text + 1, sizeof(text) - 1));
	} else if (client->step == STEP_CONNECT && bytes_n > 2 &&
		   memcmp(bytes, "40", 2) == 0) {
		client->step = client->role == CLIENT_MEMBER ? STEP_JOIN : STEP_READY;
		if (client->step == STEP_JOIN)
			send_packet(client,
				    client_join_packet(text + 1, sizeof(text) - 1));
		else
			client_become_ready(client);
	} else if (client->step == STEP_JOIN && memmem(bytes, bytes_n, "RESPONSE", 8)) {
		client->step = STEP_READY;
		client_become_ready(client);
	} else {
		client_fail(client, "not expected", bytes, bytes_n);
	}
}

static void
on_packet(struct client *client, char *bytes, size_t bytes_n)
{
	if (bytes_n == 1 && bytes[0] == '2')
		frame_write(&client->conn, FRAME_TEXT, "3", 1);
	else if (client->step == STEP_READY)
		client->up->message(client, bytes, bytes_n);
	else if (client->step != STEP_LEFT)
		on_step(client, bytes_n > 0 ? bytes : "?", bytes_n);
}

static void
socketio_connected(struct conn *conn)
{
	char query[80];

	snprintf(query, sizeof(query), "?EIO=4&transport=websocket&sessionId=bench-%u",
		 of(conn)->number);
	ask_upgrade(of(conn), query);
}

static size_t
socketio_bytes(struct conn *conn, char *bytes, size_t bytes_n)
{
	struct client *client = of(conn);
	size_t used = 0;

	if (client->step == STEP_UPGRADE) {
		used = read_upgrade(client, bytes, bytes_n);
		if (used == 0)
			return 0;
		client->step = STEP_OPEN;
	}
	return used + read_frames(client, bytes + used, bytes_n - used, on_packet);
}

static void
socketio_request(struct client *client, uint32_t sequence)
{
	send_packet(client,
		    client_request_packet(client, sequence, text + 1, sizeof(text) - 1));
}

static void
socketio_publish(struct client *client, uint32_t sequence)
{
	send_packet(client,
		    client_publish_packet(client, sequence, text + 1, sizeof(text) - 1));
}

static void
socketio_leave(struct client *client)
{
	frame_write(&client->conn, FRAME_TEXT, "41", 2);
	leave(client);
}

static const struct conn_up socketio_up = {socketio_connected, socketio_bytes, on_closed};
const struct protocol client_socketio = {
	"socketio", &socketio_up, 2, socketio_request, socketio_publish, socketio_leave};

/* --- raw messages ---------------------------------------------------------------------- */

static void
raw_text(struct client *client, char *bytes, size_t bytes_n)
{
	if (client->step == STEP_READY)
		client->up->message(client, bytes, bytes_n);
}

static void
raw_connected(struct conn *conn)
{
	ask_upgrade(of(conn), "");
}

static size_t
raw_bytes(struct conn *conn, char *bytes, size_t bytes_n)
{
	struct client *client = of(conn);
	size_t used = 0;

	if (client->step == STEP_UPGRADE) {
		used = read_upgrade(client, bytes, bytes_n);
		if (used == 0)
			return 0;
		client->step = STEP_READY;
		client_become_ready(client);
	}
	return used + read_frames(client, bytes + used, bytes_n - used, raw_text);
}

static void
raw_send(struct client *client, uint32_t sequence)
{
	client_payload(client->options, sequence, text);
	frame_write(&client->conn, FRAME_TEXT, text, client->options->payload_bytes);
}

static const struct conn_up raw_up = {raw_connected, raw_bytes, on_closed};
const struct protocol client_raw = {"raw", &raw_up, 1, raw_send, raw_send, leave};
