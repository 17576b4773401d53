/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of the load generator: see options.h. */
#include "options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_BYTES_MAX 4096

static const char usage_text[] =
	"usage: load SCENARIO --to ADDRESS:PORT [option …]\n"
	"  SCENARIO            fanout, echo, churn or idle\n"
	"  --protocol NAME     socketio, polling or raw [socketio]\n"
	"  --path PATH         of members and callers [/realtime/]\n"
	"  --publish-path PATH of the publisher [the same]\n"
	"  --tokens FILE       one token a line, for one client after the other\n"
	"  --server PID        whose processor time and memory is read\n"
	"  --clients N         connections [100]\n"
	"  --in-flight N       messages in flight, at most 64 [1]\n"
	"  --payload BYTES     of one message, at least 11 [64]\n"
	"  --opening N         handshakes under way at a time [64]\n"
	"  --addresses N       source addresses [8]\n"
	"  --slow N            members that stop reading [0]\n"
	"  --rate N            bursts a second while measuring [as fast as they arrive]\n"
	"  --warm S            seconds before measuring [1]\n"
	"  --seconds S         seconds measured [3]\n"
	"  --stall S           seconds without an arrival that end the run [5]\n";

static void
refuse(const char *what)
{
	fprintf(stderr, "load: %s\n%s", what, usage_text);
	exit(2);
}

static void
read_address(struct options *o, const char *text)
{
	char address[32];
	unsigned port;

	if (sscanf(text, "%31[0-9.]:%u", address, &port) != 2 || port == 0 || port > 65535 ||
	    inet_pton(AF_INET, address, &o->to.sin_addr) != 1)
		refuse("--to wants an IPv4 address and a port");
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
		refuse("--tokens: no such file");
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		o->tokens = realloc(o->tokens, (o->tokens_n + 1) * sizeof(*o->tokens));
		if (!o->tokens || !(o->tokens[o->tokens_n++] = strdup(line)))
			refuse("--tokens: too many");
	}
	fclose(file);
}

static uint32_t
read_count(const char *text, uint32_t min, uint32_t max, const char *complaint)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value < min || value > max)
		refuse(complaint);
	return (uint32_t)value;
}

static double
read_real(const char *text, const char *complaint)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= 0 && value < 1e9))
		refuse(complaint);
	return value;
}

static const struct option names[] = {
	{"protocol", required_argument, NULL, 'p'}, {"path", required_argument, NULL, 'P'},
	{"publish-path", required_argument, NULL, 'U'}, {"to", required_argument, NULL, 't'},
	{"tokens", required_argument, NULL, 'T'},   {"server", required_argument, NULL, 's'},
	{"clients", required_argument, NULL, 'c'},  {"in-flight", required_argument, NULL, 'k'},
	{"payload", required_argument, NULL, 'b'},  {"opening", required_argument, NULL, 'o'},
	{"addresses", required_argument, NULL, 'a'}, {"slow", required_argument, NULL, 'l'},
	{"rate", required_argument, NULL, 'r'},	    {"warm", required_argument, NULL, 'w'},
	{"seconds", required_argument, NULL, 'm'},  {"stall", required_argument, NULL, 'S'},
	{NULL, 0, NULL, 0},
};

static void
read_option(struct options *o, int letter, const char *text)
{
	switch (letter) {
	case 'p': o->protocol = text; break;
	case 'P': o->path = text; break;
	case 'U': o->publish_path = text; break;
	case 't': read_address(o, text); break;
	case 'T': read_tokens(o, text); break;
	case 's': o->server = (pid_t)read_count(text, 1, 1U << 30, "--server wants a PID"); break;
	case 'c': o->clients_n = read_count(text, 1, 100000, "--clients: 1 to 100000"); break;
	case 'k': o->in_flight_n = read_count(text, 1, 64, "--in-flight: 1 to 64"); break;
	case 'b': o->payload_bytes = read_count(text, 11, 60000, "--payload: 11 to 60000"); break;
	case 'o': o->opening_n = read_count(text, 1, 4096, "--opening: 1 to 4096"); break;
	case 'a': o->addresses_n = read_count(text, 1, 250, "--addresses: 1 to 250"); break;
	case 'l': o->slow_n = read_count(text, 0, 100000, "--slow wants a number"); break;
	case 'r': o->publish_rate = read_real(text, "--rate wants a number"); break;
	case 'w': o->warm_s = read_real(text, "--warm wants seconds"); break;
	case 'm': o->measure_s = read_real(text, "--seconds wants seconds"); break;
	case 'S': o->stall_s = read_real(text, "--stall wants seconds"); break;
	default: refuse("unknown option");
	}
}

void
options_read(struct options *options_out, int argc, char **argv)
{
	struct options o = {.protocol = "socketio", .path = "/realtime/", .clients_n = 100,
			    .in_flight_n = 1, .payload_bytes = 64, .opening_n = 64,
			    .addresses_n = 8, .warm_s = 1, .measure_s = 3, .stall_s = 5};
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, "", names, NULL)) != -1)
		read_option(&o, letter, optarg);
	if (optind != argc - 1)
		refuse("one scenario is wanted");
	o.scenario = argv[optind];
	if (o.to.sin_port == 0)
		refuse("--to is missing");
	if (!o.publish_path)
		o.publish_path = o.path;
	if (o.slow_n >= o.clients_n)
		refuse("--slow: somebody must read");
	*options_out = o;
}
