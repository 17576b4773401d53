/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all protocols of the load over WebSocket share: the upgrade, the frames, the end. A
 * protocol says what it asks for and what it makes of texts.
 */
#ifndef LOAD_WEBSOCKET_H
#define LOAD_WEBSOCKET_H

#include "client.h"

struct websocket_up {
	/* Write what follows the path, with its "?", or nothing. */
	void (*query)(const struct client *client, char *out, size_t out_bytes);
	void (*opened)(struct client *client);
	void (*text)(struct client *client, char *text, size_t text_n);
	void (*pong)(struct client *client); /* NULL: not waited for */
};

#define WEBSOCKET_QUERY_BYTES 4352

/* The conn_up of a protocol whose websocket member is set. */
extern const struct conn_up websocket_conn_up;

/* Queue a text or a ping; send a close frame and wait for the server to end it. */
void websocket_send(struct client *client, const char *text, size_t text_n);
void websocket_ping(struct client *client);
void websocket_leave(struct client *client);

#endif
