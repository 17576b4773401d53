/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all protocols of the load share: marks, payloads, Socket.IO packets. See client.h. */
#include "client.h"

#include <stdio.h>
#include <string.h>

static const struct protocol *const protocols[] = {
	&client_socketio, &client_polling,  &client_upgrade,  &client_raw,
	&client_spoken,   &client_rooms,   &client_channels, &client_topics,
	&client_schedule,
};

const struct protocol *
client_protocol(const char *name)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (strcmp(protocols[i]->name, name) == 0)
			return protocols[i];
	}
	return NULL;
}

void
client_connect(struct client *client, const struct conn_up *up)
{
	const struct options *o = client->options;
	struct conn_how how = {&o->to, client->number % o->addresses_n,
			       client->receive_bytes, o->tls};

	if (conn_open(&client->conn, up, &how) != 0) {
		perror("load: connect");
		client->up->gone(client);
	}
}

void
client_open(struct client *client)
{
	client->step = 0;
	client->upgraded = client->ready = client->left = client->wants_answer = false;
	client->misplaced = false;
	client->session[0] = '\0';
	client_connect(client, client->protocol->conn_up);
}

void
client_become_ready(struct client *client)
{
	client->ready = true;
	client->up->ready(client);
}

void
client_fail(struct client *client, const char *what, const char *text, size_t text_n)
{
	static unsigned told_n;
	int shown = (int)(text_n < 200 ? text_n : 200);

	/* One broken server would say the same thousands of times. */
	if (told_n++ < 3)
		fprintf(stderr, "load: client %u: %s: %.*s\n", client->number, what,
			shown, text);
	conn_close(&client->conn);
	client->up->gone(client);
}

bool
client_next_mark(const char *text, size_t text_n, size_t *at, uint32_t *sequence_out)
{
	const char *end = text + text_n, *mark = text + *at;
	uint32_t value = 0;

	if (*at >= text_n)
		return false;
	mark = memchr(mark, '#', (size_t)(end - mark));
	if (!mark || end - mark < CLIENT_MARK_BYTES)
		return false;
	for (int i = 1; i < CLIENT_MARK_BYTES; i++) {
		if (mark[i] < '0' || mark[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(mark[i] - '0');
	}
	*at = (size_t)(mark - text) + CLIENT_MARK_BYTES;
	*sequence_out = value;
	return true;
}

void
client_payload(const struct options *options, uint32_t sequence, char *out)
{
	snprintf(out, CLIENT_MARK_BYTES + 1, "#%010u", sequence);
	memset(out + CLIENT_MARK_BYTES, 'x', options->payload_bytes - CLIENT_MARK_BYTES);
	out[options->payload_bytes] = '\0';
}

void
client_path(const struct client *client, char *out, size_t out_bytes)
{
	const struct options *o = client->options;
	const char *path = client->role == CLIENT_PUBLISHER ? o->publish_path : o->path;
	const char *hole = strchr(path, '@');

	if (hole)
		snprintf(out, out_bytes, "%.*s%u%s", (int)(hole - path), path,
			 client->number, hole + 1);
	else
		snprintf(out, out_bytes, "%s", path);
}

size_t
client_connect_packet(const struct client *client, const char *nsp, char *out,
		      size_t out_bytes)
{
	const struct options *o = client->options;

	if (o->tokens_n == 0)
		return (size_t)snprintf(out, out_bytes, "0%s", nsp);
	return (size_t)snprintf(out, out_bytes, "0%s{\"token\":\"%s\"}", nsp,
				o->tokens[client->number % o->tokens_n]);
}

/* A packet with a REQUEST envelope; id, action and the members of data are literals. */
#define REQUEST(id, action, data)                                                        \
	"2[\"message\",{\"type\":\"REQUEST\",\"requestId\":\"" id                        \
	"\",\"action\":\"" action "\",\"data\":{" data "}}]"

size_t
client_join_packet(const struct client *client, char *out, size_t out_bytes)
{
	return (size_t)snprintf(out, out_bytes,
				REQUEST("join", "bench.join", "\"room\":\"%s\""),
				client->options->room);
}

size_t
client_request_packet(const struct client *client, uint32_t sequence, char *out,
		      size_t out_bytes)
{
	static char payload[CLIENT_PAYLOAD_MAX + 1];

	client_payload(client->options, sequence, payload);
	return (size_t)snprintf(out, out_bytes,
				REQUEST("#%010u", "bench.echo", "\"text\":\"%s\""),
				sequence, payload);
}

size_t
client_publish_packet(const struct client *client, uint32_t sequence, char *out,
		      size_t out_bytes)
{
	static char payload[CLIENT_PAYLOAD_MAX + 1];

	client_payload(client->options, sequence, payload);
	return (size_t)snprintf(
		out, out_bytes,
		REQUEST("#%010u", "bench.publish", "\"room\":\"%s\",\"text\":\"%s\""),
		sequence, client->options->room, payload);
}
