/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The upgrade, the frames and the end of a WebSocket client: see websocket.h. */
#include "websocket.h"

#include <stdio.h>
#include <string.h>

#include "frame.h"

static const char deflate_offer[] =
	"Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
	"client_no_context_takeover\r\n";

static struct client *
of(struct conn *conn)
{
	return (struct client *)conn;
}

static void
on_connected(struct conn *conn)
{
	static char text[CLIENT_PATH_BYTES + WEBSOCKET_QUERY_BYTES + 512];
	struct client *client = of(conn);
	char path[CLIENT_PATH_BYTES], query[WEBSOCKET_QUERY_BYTES];
	int n;

	client_path(client, path, sizeof(path));
	client->protocol->websocket->query(client, query, sizeof(query));
	n = snprintf(text, sizeof(text),
		     "GET %s%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
		     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
		     path, query, client->options->host,
		     client->options->deflate ? deflate_offer : "");
	conn_queue(conn, text, (size_t)n);
}

/* Returns: bytes of the answer, 0 when it is not complete or refuses. */
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
	client->upgraded = true;
	client->protocol->websocket->opened(client);
	return (size_t)(end - bytes) + 4;
}

/* Whoever begins it, the server is the one to end the connection. */
static void
on_close_frame(struct client *client, const struct frame_view *frame)
{
	if (client->left)
		return;
	if (client->ready)
		frame_write(&client->conn, FRAME_CLOSE, frame->bytes,
			    frame->bytes_n < 2 ? 0 : 2);
	else
		client_fail(client, "closed", frame->bytes, frame->bytes_n);
}

static void
on_frame(struct client *client, struct frame_view *frame)
{
	const struct websocket_up *up = client->protocol->websocket;

	switch (frame->opcode) {
	case FRAME_TEXT:
	case FRAME_BINARY:
		if (frame->is_packed && !frame_unpack(frame))
			client_fail(client, "not deflated", frame->bytes, frame->bytes_n);
		else if (!client->left)
			up->text(client, frame->bytes, frame->bytes_n);
		break;
	case FRAME_PING:
		frame_write(&client->conn, FRAME_PONG, frame->bytes, frame->bytes_n);
		break;
	case FRAME_PONG:
		if (up->pong)
			up->pong(client);
		break;
	case FRAME_CLOSE:
		on_close_frame(client, frame);
		break;
	}
}

static size_t
on_bytes(struct conn *conn, char *bytes, size_t bytes_n)
{
	struct client *client = of(conn);
	struct frame_view frame;
	size_t used = 0;
	int64_t n = 1;

	if (!client->upgraded)
		used = read_upgrade(client, bytes, bytes_n);
	while (client->upgraded && conn->fd >= 0) {
		n = frame_read(bytes + used, bytes_n - used, &frame);
		if (n <= 0)
			break;
		used += (size_t)n;
		on_frame(client, &frame);
	}
	if (n < 0)
		client_fail(client, "not a frame", bytes + used, bytes_n - used);
	return used;
}

static void
on_closed(struct conn *conn)
{
	struct client *client = of(conn);

	if (client->misplaced)
		client_open(client);
	else
		client->up->gone(client);
}

const struct conn_up websocket_conn_up = {on_connected, on_bytes, on_closed};

void
websocket_send(struct client *client, const char *text, size_t text_n)
{
	frame_write(&client->conn, FRAME_TEXT, text, text_n);
}

void
websocket_ping(struct client *client)
{
	frame_write(&client->conn, FRAME_PING, "", 0);
}

void
websocket_leave(struct client *client)
{
	client->left = true;
	frame_write(&client->conn, FRAME_CLOSE, "\x03\xe8", 2);
}
