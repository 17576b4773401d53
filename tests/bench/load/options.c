/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of the load generator: see options.h. */
#include "options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_BYTES_MAX 4096

enum kind { TEXT, COUNT, REAL, ADDRESS, TOKENS };

#define AT(member) offsetof(struct options, member)

/* One row for each option; the help is made of it. COUNT lies between min and max. */
static const struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	uint32_t min, max;
	const char *help;
} rows[] = {
	{"to", ADDRESS, AT(to), 0, 0, "ADDRESS:PORT of the server"},
	{"protocol", TEXT, AT(protocol), 0, 0,
	 "socketio, polling, upgrade, raw, spoken or a dialect [socketio]"},
	{"path", TEXT, AT(path), 0, 0,
	 "of members and callers; @: their number [/realtime/]"},
	{"publish-path", TEXT, AT(publish_path), 0, 0, "of the publisher [the same]"},
	{"publish-protocol", TEXT, AT(publish_protocol), 0, 0,
	 "of the publisher [the same]"},
	{"room", TEXT, AT(room), 0, 0, "of the members [bench]"},
	{"tokens", TOKENS, 0, 0, 0,
	 "file of tokens, one a line, used in turn [no token]"},
	{"server", COUNT, AT(server), 1, 1U << 30,
	 "PID whose processor time and memory is read"},
	{"clients", COUNT, AT(clients_n), 1, 100000, "connections [100]"},
	{"in-flight", COUNT, AT(in_flight_n), 1, 64, "messages in flight [1]"},
	{"payload", COUNT, AT(payload_bytes), 11, 60000, "bytes of one message [64]"},
	{"opening", COUNT, AT(opening_n), 1, 4096, "handshakes under way at a time [64]"},
	{"addresses", COUNT, AT(addresses_n), 1, 250,
	 "source addresses, 127.0.0.2 … [8]"},
	{"deflate", COUNT, AT(deflate), 0, 1, "1: offer permessage-deflate [0]"},
	{"tls", COUNT, AT(tls), 0, 1, "1: inside of TLS [0]"},
	{"slow", COUNT, AT(slow_n), 0, 100000, "members that stop reading [0]"},
	{"watched", COUNT, AT(watched_n), 1, 100000,
	 "members that are looked at, of the others only bytes are counted [all]"},
	{"loop", COUNT, AT(member_loop), 0, 255,
	 "of the server, where members shall be; else they come again [any]"},
	{"publish-loop", COUNT, AT(publish_loop), 0, 255,
	 "where the publisher shall be [any]"},
	{"namespaces", COUNT, AT(namespaces_n), 1, 1000000,
	 "that come and go with the clients [10000]"},
	{"fresh", COUNT, AT(fresh), 0, 1,
	 "1: over polling, each request on a connection of its own [0]"},
	{"rate", REAL, AT(publish_rate), 0, 0,
	 "bursts a second while measuring [no limit]"},
	{"fill", COUNT, AT(fill_bytes), 0, 1U << 30,
	 "bytes to each member before that [0]"},
	{"warm", REAL, AT(warm_s), 0, 0, "seconds before measuring [1]"},
	{"seconds", REAL, AT(measure_s), 0, 0, "seconds measured [3]"},
	{"stall", REAL, AT(stall_s), 0, 0,
	 "seconds without an arrival that end the run [5]"},
};

#define ROWS_N (sizeof(rows) / sizeof(*rows))

static void
refuse(const char *what, const char *name)
{
	fprintf(stderr,
		"load: %s%s\nusage: load fanout|echo|churn|idle|namespaces --to "
		"ADDRESS:PORT …\n",
		what, name);
	for (size_t i = 0; i < ROWS_N; i++)
		fprintf(stderr, "  --%-17s %s\n", rows[i].name, rows[i].help);
	exit(2);
}

static void
read_address(struct options *o, const char *text)
{
	char address[32];
	unsigned port;

	if (sscanf(text, "%31[0-9.]:%u", address, &port) != 2 || port == 0 ||
	    port > 65535 || inet_pton(AF_INET, address, &o->to.sin_addr) != 1)
		refuse("this is no IPv4 address with a port: ", text);
	o->to.sin_family = AF_INET;
	o->to.sin_port = htons((uint16_t)port);
	snprintf(o->host, sizeof(o->host), "%s:%u", address, port);
}

static void
read_tokens(struct options *o, const char *path)
{
	static char line[TOKEN_BYTES_MAX];
	FILE *file = fopen(path, "r");

	if (!file)
		refuse("there is no such file: ", path);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		o->tokens = realloc(o->tokens, (o->tokens_n + 1) * sizeof(*o->tokens));
		if (!o->tokens || !(o->tokens[o->tokens_n++] = strdup(line)))
			refuse("too many tokens: ", path);
	}
	fclose(file);
}

static uint32_t
read_count(const struct row *row, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value < row->min ||
	    value > row->max)
		refuse("out of its range: --", row->name);
	return (uint32_t)value;
}

static double
read_real(const struct row *row, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= 0 && value < 1e9))
		refuse("not a number: --", row->name);
	return value;
}

static void
read_option(struct options *o, const struct row *row, const char *text)
{
	char *member = (char *)o + row->offset;

	switch (row->kind) {
	case TEXT:
		memcpy(member, &text, sizeof(text));
		break;
	case COUNT:
		memcpy(member, &(uint32_t){read_count(row, text)}, sizeof(uint32_t));
		break;
	case REAL:
		memcpy(member, &(double){read_real(row, text)}, sizeof(double));
		break;
	case ADDRESS:
		read_address(o, text);
		break;
	case TOKENS:
		read_tokens(o, text);
		break;
	}
}

void
options_read(struct options *options_out, int argc, char **argv)
{
	struct options o = {.protocol = "socketio",
			    .path = "/realtime/",
			    .room = "bench",
			    .clients_n = 100,
			    .in_flight_n = 1,
			    .payload_bytes = 64,
			    .opening_n = 64,
			    .addresses_n = 8,
			    .member_loop = OPTIONS_ANY_LOOP,
			    .publish_loop = OPTIONS_ANY_LOOP,
			    .namespaces_n = 10000,
			    .warm_s = 1,
			    .measure_s = 3,
			    .stall_s = 5};
	struct option names[ROWS_N + 1] = {{0}};
	int found, row;

	for (size_t i = 0; i < ROWS_N; i++)
		names[i] = (struct option){rows[i].name, required_argument, NULL, 0};
	opterr = 0;
	while ((found = getopt_long(argc, argv, "", names, &row)) == 0)
		read_option(&o, &rows[row], optarg);
	if (found != -1)
		refuse("unknown or without a value: ", argv[optind - 1]);
	if (optind != argc - 1)
		refuse("one scenario is wanted", "");
	o.scenario = argv[optind];
	if (o.to.sin_port == 0)
		refuse("missing: --", "to");
	if (!o.publish_path)
		o.publish_path = o.path;
	if (!o.publish_protocol)
		o.publish_protocol = o.protocol;
	if (o.slow_n >= o.clients_n)
		refuse("somebody must read: --", "slow");
	if (o.watched_n > 0 && (o.slow_n > 0 || o.tls || o.watched_n > o.clients_n))
		refuse("not with --slow, --tls or fewer clients: --", "watched");
	*options_out = o;
}
