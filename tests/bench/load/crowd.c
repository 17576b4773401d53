/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening many clients: see crowd.h. */
#include "crowd.h"

#include <stdio.h>
#include <stdlib.h>

#define SLOW_RECEIVE_BYTES 4096
#define OPEN_NS_MAX 60000000000U

static uint32_t ready_n;

void
crowd_ready(struct client *client)
{
	(void)client;
	ready_n++;
}

static struct client *
make_clients(const struct meter *meter, const struct client_up *up, enum client_role role,
	     uint32_t first, uint32_t n)
{
	const struct options *o = meter->options;
	const struct protocol *protocol = client_protocol(
		role == CLIENT_PUBLISHER ? o->publish_protocol : o->protocol);
	struct client *clients = calloc(n, sizeof(*clients));

	if (!clients) {
		perror("load: calloc");
		exit(2);
	}
	for (uint32_t i = 0; i < n; i++) {
		clients[i].conn.fd = -1;
		clients[i].options = o;
		clients[i].protocol = protocol;
		clients[i].up = up;
		clients[i].role = role;
		clients[i].number = first + i;
	}
	return clients;
}

void
crowd_open(struct crowd *crowd_out, struct meter *meter, const struct client_up *up,
	   enum client_role role, uint32_t first, uint32_t n)
{
	struct client *clients = make_clients(meter, up, role, first, n);
	const struct options *o = meter->options;
	uint64_t since = conn_read_clock_ns();
	uint32_t opened = 0;

	ready_n = 0;
	while (ready_n < n && meter->gone == 0 && conn_now_ns() - since < OPEN_NS_MAX) {
		for (; opened < n && opened - ready_n < o->opening_n; opened++) {
			if (role == CLIENT_MEMBER && opened < o->slow_n)
				clients[opened].receive_bytes = SLOW_RECEIVE_BYTES;
			client_open(&clients[opened]);
		}
		conn_loop_run(100);
	}
	if (ready_n < n) {
		fprintf(stderr, "load: %u of %u clients became ready\n", ready_n, n);
		meter_print(meter);
		exit(1);
	}
	crowd_out->clients = clients;
	crowd_out->n = n;
}

void
crowd_close(struct crowd *crowd)
{
	for (uint32_t i = 0; i < crowd->n; i++)
		conn_close(&crowd->clients[i].conn);
	free(crowd->clients);
	crowd->clients = NULL;
	crowd->n = 0;
}
