/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of the load generator; all times and sizes of one run. */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_ANY_LOOP UINT32_MAX

struct options {
	const char *scenario, *protocol;
	const char *publish_protocol; /* the same unless given */
	const char *room;
	struct sockaddr_in to;
	char host[64];            /* the Host header */
	const char *path;         /* of members and callers */
	const char *publish_path; /* of the publisher; the same unless given */
	char **tokens;            /* for client i: tokens[i % tokens_n] */
	size_t tokens_n;
	uint32_t server; /* its PID; 0: nobody's */
	uint32_t clients_n, in_flight_n, payload_bytes;
	uint32_t opening_n;   /* handshakes under way at a time */
	uint32_t addresses_n; /* source addresses, from 127.0.0.2 on */
	uint32_t deflate;     /* permessage-deflate is offered */
	uint32_t tls;         /* inside of TLS */
	uint32_t slow_n;      /* members that stop reading */
	uint32_t watched_n;   /* members whose messages are looked at; 0: all */
	uint32_t member_loop, publish_loop; /* of the server, where they shall be */
	uint32_t namespaces_n;
	uint32_t fresh; /* polling: each request comes on a connection of its own */
	uint32_t
		fill_bytes; /* published before anything else, to fill what is not read */
	double publish_rate; /* bursts per second; 0: the next one when all have the last */
	double warm_s, measure_s;
	double stall_s; /* nothing arrives for so long: what is missing is lost */
};

/* Read the command line; exits with a message when it is wrong. */
void options_read(struct options *options_out, int argc, char **argv);

#endif
