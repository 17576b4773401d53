/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One client of the load: its connection, what it speaks, and how far it is. A protocol is a
 * row of functions; messages carry marks ("#" and ten digits) that pass unchanged through
 * whatever envelope a protocol has, so counting is the same for all of them.
 */
#ifndef LOAD_CLIENT_H
#define LOAD_CLIENT_H

#include "conn.h"
#include "options.h"

struct client;
struct websocket_up;

enum client_role { CLIENT_CALLER, CLIENT_MEMBER, CLIENT_PUBLISHER };

struct client_up {
	void (*ready)(struct client *client);
	/* Every message after that. text[text_n] may be written. */
	void (*message)(struct client *client, char *text, size_t text_n);
	/* The connection ended; it may be opened again. */
	void (*gone)(struct client *client);
};

struct protocol {
	const char *name;
	const struct conn_up *conn_up;
	const struct websocket_up *websocket; /* NULL: it uses none */
	const char *subscribe;                /* plain dialects: see plain.c */
	unsigned answer_marks_n;              /* of a request: in its id, in its data */
	/* NULL: a client cannot do that. */
	void (*request)(struct client *client, uint32_t sequence);
	void (*publish)(struct client *client, uint32_t sequence);
	void (*leave)(struct client *client);
	/* Of namespaces: up->message follows, with what the server says to it; nothing follows. */
	void (*enter)(struct client *client, uint32_t namespace);
	void (*quit)(struct client *client, uint32_t namespace);
};

struct client {
	struct conn conn; /* first: what conn.c hands up is cast to the client */
	const struct options *options;
	const struct protocol *protocol;
	const struct client_up *up;
	void *data; /* the scenario's */
	uint32_t number;
	enum client_role role;
	unsigned step;     /* the protocol's */
	int receive_bytes; /* as for conn_open */
	bool upgraded, ready, left, wants_answer;
	bool misplaced;   /* on another loop than it shall be: it comes again */
	char session[64]; /* polling: the Engine.IO sid */
	char *waiting;    /* polling: a request for the next connection, or NULL */
};

#define CLIENT_MARK_BYTES 11

extern const struct protocol client_socketio, client_polling, client_upgrade, client_raw,
	client_spoken, client_rooms, client_channels, client_topics, client_schedule;

/* The protocol of that name, or NULL. */
const struct protocol *client_protocol(const char *name);

/* Connect; up->ready follows, or up->gone. */
void client_open(struct client *client);

/* For protocols: another connection in the place of the one that ended. */
void client_connect(struct client *client, const struct conn_up *up);

/* For protocols: the session stands; it failed for a reason that is worth a line. */
void client_become_ready(struct client *client);
void client_fail(struct client *client, const char *what, const char *text,
		 size_t text_n);

/* Find the next mark from *at on. Returns: false when there is none. */
bool client_next_mark(const char *text, size_t text_n, size_t *at,
		      uint32_t *sequence_out);

/* Write the payload of sequence, options.payload_bytes long, zero-terminated. */
void client_payload(const struct options *options, uint32_t sequence, char *out);

/* Write the path of the client's role: "@" in it becomes the client's number. */
void client_path(const struct client *client, char *out, size_t out_bytes);

#define CLIENT_PATH_BYTES 512
#define CLIENT_PAYLOAD_MAX 60000
#define CLIENT_TEXT_BYTES (CLIENT_PAYLOAD_MAX + 512)

/* Socket.IO packets without the Engine.IO type before them. Each returns its length. nsp: with
 * its comma; empty: the main one. */
size_t client_connect_packet(const struct client *client, const char *nsp, char *out,
			     size_t out_bytes);
size_t client_join_packet(const struct client *client, char *out, size_t out_bytes);
size_t client_request_packet(const struct client *client, uint32_t sequence, char *out,
			     size_t out_bytes);
size_t client_publish_packet(const struct client *client, uint32_t sequence, char *out,
			     size_t out_bytes);

#endif
