/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions opened and closed: see scenario.h. */
#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "scenario.h"

struct slot {
	struct client client; /* first */
	uint64_t opened_ns, opening_ns;
	bool left;
};

static struct meter *meter;
static uint64_t open_n;
static bool ending;

static void
open_session(struct slot *slot)
{
	slot->left = false;
	slot->opened_ns = conn_now_ns();
	open_n++;
	client_open(&slot->client);
}

static void
on_ready(struct client *client)
{
	struct slot *slot = (struct slot *)client;

	slot->opening_ns = conn_now_ns() - slot->opened_ns;
	slot->left = true;
	client->protocol->leave(client);
}

static void
on_message(struct client *client, char *text, size_t text_n)
{
	(void)client;
	(void)text;
	(void)text_n;
}

/* Numbers, and with them tokens and source addresses, go round. */
static void
on_gone(struct client *client)
{
	struct slot *slot = (struct slot *)client;

	open_n--;
	if (!slot->left) {
		meter->gone++;
		return;
	}
	meter_done(meter, conn_now_ns() - slot->opening_ns);
	client->number += meter->options->clients_n;
	if (!ending)
		open_session(slot);
}

static bool
all_closed(void)
{
	return open_n == 0;
}

void
churn_run(struct meter *run_meter)
{
	static const struct client_up up = {on_ready, on_message, on_gone};
	const struct options *o = run_meter->options;
	struct slot *slots = calloc(o->clients_n, sizeof(*slots));

	meter = run_meter;
	if (!slots) {
		perror("load: calloc");
		exit(2);
	}
	for (uint32_t i = 0; i < o->clients_n; i++) {
		slots[i].client.conn.fd = -1;
		slots[i].client.options = o;
		slots[i].client.protocol = client_protocol(o->protocol);
		slots[i].client.up = &up;
		slots[i].client.role = CLIENT_CALLER;
		slots[i].client.number = i;
		open_session(&slots[i]);
	}
	meter_run(meter, NULL);
	ending = true;
	meter_settle(meter, all_closed);
	meter->lost += open_n;
	for (uint32_t i = 0; i < o->clients_n; i++)
		conn_close(&slots[i].client.conn);
	free(slots);
}
