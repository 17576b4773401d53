/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Socket.IO over HTTP long-polling, on one connection that is kept alive (or, --fresh, on one
 * each): each packet is a POST, each wait a GET; a request and its answer are one POST and one
 * GET. And sessions that begin so and go on over WebSocket, on a second connection.
 */
#include "websocket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum step { STEP_OPEN, STEP_PROBE, STEP_CONNECT, STEP_JOIN, STEP_READY, STEP_LEAVE };

#define SEPARATOR '\x1e'

static char text[CLIENT_TEXT_BYTES + 1];

static struct client *
of(struct conn *conn)
{
	return (struct client *)conn;
}

/* End the connection; the next one begins with this. */
static void
ask_next(struct client *client, const char *head, const char *body)
{
	if (asprintf(&client->waiting, "%s\r\n%s", head, body) < 0) {
		perror("load: asprintf");
		exit(2);
	}
	conn_end(&client->conn);
}

static void
ask(struct client *client, const char *method, const char *body, size_t body_n)
{
	char path[CLIENT_PATH_BYTES], head[CLIENT_PATH_BYTES + 512];
	int n;

	client_path(client, path, sizeof(path));
	n = snprintf(head, sizeof(head),
		     "%s %s?EIO=4&transport=polling&sessionId=bench-%u%s%s HTTP/1.1\r\n"
		     "Host: %s\r\n",
		     method, path, client->number, client->session[0] ? "&sid=" : "",
		     client->session, client->options->host);
	if (body)
		n += snprintf(head + n, sizeof(head) - (size_t)n,
			      "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: "
			      "%zu\r\n",
			      body_n);
	if (client->options->fresh && client->session[0]) {
		ask_next(client, head, body ? body : "");
		return;
	}
	conn_queue(&client->conn, head, (size_t)n);
	conn_queue(&client->conn, "\r\n", 2);
	if (body)
		conn_queue(&client->conn, body, body_n);
}

static void
post_packet(struct client *client, size_t packet_n)
{
	text[0] = '4';
	client->wants_answer = true;
	ask(client, "POST", text, packet_n + 1);
}

static bool
take_session(struct client *client, const char *packet, size_t packet_n)
{
	static const char name[] = "\"sid\":\"";
	const char *begin = memmem(packet, packet_n, name, sizeof(name) - 1), *end;

	if (!begin)
		return false;
	begin += sizeof(name) - 1;
	end = memchr(begin, '"', (size_t)(packet + packet_n - begin));
	if (!end || (size_t)(end - begin) >= sizeof(client->session))
		return false;
	memcpy(client->session, begin, (size_t)(end - begin));
	client->session[end - begin] = '\0';
	return true;
}

static void
on_packet(struct client *client, char *packet, size_t packet_n)
{
	if (client->step == STEP_OPEN && packet[0] == '0' &&
	    take_session(client, packet, packet_n)) {
		client->step = STEP_CONNECT;
		if (client->protocol == &client_upgrade) {
			client->step = STEP_PROBE;
			conn_end(&client->conn);
			return;
		}
		post_packet(client, client_connect_packet(client, "", text + 1,
							  sizeof(text) - 1));
	} else if (client->step == STEP_CONNECT && packet_n > 2 &&
		   memcmp(packet, "40", 2) == 0) {
		client->wants_answer = false;
		client->step = client->role == CLIENT_MEMBER ? STEP_JOIN : STEP_READY;
		if (client->step == STEP_JOIN)
			post_packet(client, client_join_packet(client, text + 1,
							       sizeof(text) - 1));
		else
			client_become_ready(client);
	} else if (client->step == STEP_JOIN && memmem(packet, packet_n, "RESPONSE", 8)) {
		client->wants_answer = false;
		client->step = STEP_READY;
		client_become_ready(client);
	} else if (client->step == STEP_READY) {
		client->wants_answer = false;
		client->up->message(client, packet, packet_n);
	} else if (client->step != STEP_LEAVE) {
		client_fail(client, "not expected", packet, packet_n);
	}
}

/* The answer to a poll: packets, among them perhaps a heartbeat or nothing of interest. */
static void
on_poll(struct client *client, char *body, size_t body_n)
{
	char *end = body + body_n;
	bool has_ping = false, waited = client->wants_answer;

	while (body < end && client->conn.fd >= 0) {
		char *stop = memchr(body, SEPARATOR, (size_t)(end - body));
		size_t n = (size_t)((stop ? stop : end) - body);

		if (n == 1 && *body == '2')
			has_ping = true;
		else if (n > 0 && *body != '6')
			on_packet(client, body, n);
		body += n + 1;
	}
	if (client->conn.fd < 0)
		return;
	if (has_ping)
		ask(client, "POST", "3", 1);
	else if (waited && client->wants_answer && client->conn.out_n == 0 &&
		 !client->waiting)
		ask(client, "GET", NULL, 0);
}

static void
on_response(struct client *client, char *body, size_t body_n)
{
	if (body_n == 2 && memcmp(body, "ok", 2) == 0) {
		if (client->step == STEP_LEAVE) {
			conn_close(&client->conn);
			client->up->gone(client);
		} else if (client->wants_answer) {
			ask(client, "GET", NULL, 0);
		}
		return;
	}
	on_poll(client, body, body_n);
}

/* Returns: the length that the head promises, -1 when there is none. */
static long
content_length(const char *head, const char *end)
{
	static const char name[] = "\r\ncontent-length:";

	for (const char *at = head; at + sizeof(name) < end; at++) {
		if (strncasecmp(at, name, sizeof(name) - 1) == 0)
			return strtol(at + sizeof(name) - 1, NULL, 10);
	}
	return -1;
}

static size_t
on_bytes(struct conn *conn, char *bytes, size_t bytes_n)
{
	struct client *client = of(conn);
	size_t used = 0;

	while (used < bytes_n && conn->fd >= 0) {
		char *head = bytes + used;
		char *end = memmem(head, bytes_n - used, "\r\n\r\n", 4);
		long length;

		if (!end)
			break;
		end += 4;
		length = content_length(head, end);
		if (memcmp(head, "HTTP/1.1 200", 12) != 0 || length < 0) {
			client_fail(client, "bad answer", head, bytes_n - used);
			break;
		}
		if (bytes + bytes_n - end < length)
			break;
		used = (size_t)(end - bytes) + (size_t)length;
		on_response(client, end, (size_t)length);
	}
	return used;
}

static void
on_connected(struct conn *conn)
{
	struct client *client = of(conn);

	if (!client->waiting) {
		ask(client, "GET", NULL, 0);
		return;
	}
	conn_queue(conn, client->waiting, strlen(client->waiting));
	free(client->waiting);
	client->waiting = NULL;
}

static void
on_closed(struct conn *conn)
{
	struct client *client = of(conn);

	if (client->step == STEP_PROBE)
		client_connect(client, &websocket_conn_up);
	else if (client->waiting)
		client_connect(client, client->protocol->conn_up);
	else
		client->up->gone(client);
}

static void
request(struct client *client, uint32_t sequence)
{
	post_packet(client,
		    client_request_packet(client, sequence, text + 1, sizeof(text) - 1));
}

static void
publish(struct client *client, uint32_t sequence)
{
	post_packet(client,
		    client_publish_packet(client, sequence, text + 1, sizeof(text) - 1));
}

static void
leave(struct client *client)
{
	client->step = STEP_LEAVE;
	client->wants_answer = false;
	ask(client, "POST", "1", 1);
}

static const struct conn_up polling_up = {on_connected, on_bytes, on_closed};
const struct protocol client_polling = {
	.name = "polling",
	.conn_up = &polling_up,
	.answer_marks_n = 2,
	.request = request,
	.publish = publish,
	.leave = leave,
};

/* --- upgraded ---------------------------------------------------------------------------- */

static void
upgrade_query(const struct client *client, char *out, size_t out_bytes)
{
	snprintf(out, out_bytes, "?EIO=4&transport=websocket&sid=%s&sessionId=bench-%u",
		 client->session, client->number);
}

static void
upgrade_opened(struct client *client)
{
	websocket_send(client, "2probe", 6);
}

static void
upgrade_text(struct client *client, char *packet, size_t packet_n)
{
	if (client->step == STEP_PROBE && packet_n == 6 &&
	    memcmp(packet, "3probe", 6) == 0) {
		client->step = STEP_CONNECT;
		websocket_send(client, "5", 1);
		text[0] = '4';
		websocket_send(
			client, text,
			client_connect_packet(client, "", text + 1, sizeof(text) - 1) +
				1);
	} else if (client->step == STEP_CONNECT && packet_n > 2 &&
		   memcmp(packet, "40", 2) == 0) {
		client->step = STEP_READY;
		client_become_ready(client);
	} else if (packet_n == 1 && packet[0] == '2') {
		websocket_send(client, "3", 1);
	} else if (client->step != STEP_READY) {
		client_fail(client, "not expected", packet, packet_n);
	}
}

static void
upgrade_leave(struct client *client)
{
	websocket_send(client, "41", 2);
	websocket_leave(client);
}

static const struct websocket_up upgrade_up = {upgrade_query, upgrade_opened,
					       upgrade_text, NULL};
const struct protocol client_upgrade = {
	.name = "upgrade",
	.conn_up = &polling_up,
	.websocket = &upgrade_up,
	.leave = upgrade_leave,
};
