/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and their answers: see scenario.h. */
#include <stdio.h>
#include <stdlib.h>

#include "crowd.h"
#include "scenario.h"

#define SLOTS_N 64

/* Requests of one client that wait, by the low bits of their sequence. */
struct caller {
	uint64_t waiting;
	uint32_t next;
	uint64_t sent_ns[SLOTS_N];
};

static struct meter *meter;
static uint64_t waiting_n;
static bool ending;

static void
ask(struct client *client)
{
	struct caller *caller = client->data;
	unsigned slot = caller->next % SLOTS_N;

	/* An answer that never came holds its slot; what is missing is counted at the end. */
	if (caller->waiting >> slot & 1)
		return;
	caller->waiting |= UINT64_C(1) << slot;
	caller->sent_ns[slot] = conn_now_ns();
	waiting_n++;
	client->protocol->request(client, caller->next++);
}

static void
on_message(struct client *client, char *text, size_t text_n)
{
	struct caller *caller = client->data;
	uint32_t sequence = 0, again;
	unsigned slot;
	size_t at = 0;
	bool right = client_next_mark(text, text_n, &at, &sequence);

	for (unsigned i = 1; right && i < client->protocol->answer_marks_n; i++)
		right = client_next_mark(text, text_n, &at, &again) && again == sequence;
	if (!right || sequence >= caller->next) {
		if (meter->wrong++ < 3)
			fprintf(stderr, "load: wrong answer: %.*s\n",
				(int)(text_n < 300 ? text_n : 300), text);
		return;
	}
	slot = sequence % SLOTS_N;
	if (caller->next - sequence > SLOTS_N || !(caller->waiting >> slot & 1)) {
		meter->doubled++;
		return;
	}
	caller->waiting &= ~(UINT64_C(1) << slot);
	waiting_n--;
	meter_done(meter, caller->sent_ns[slot]);
	if (!ending)
		ask(client);
}

static void
on_gone(struct client *client)
{
	(void)client;
	meter->gone++;
}

static bool
all_answered(void)
{
	return waiting_n == 0;
}

void
echo_run(struct meter *run_meter)
{
	static const struct client_up up = {crowd_ready, on_message, on_gone};
	const struct options *o = run_meter->options;
	struct caller *callers = calloc(o->clients_n, sizeof(*callers));
	struct crowd crowd;

	meter = run_meter;
	if (!callers) {
		perror("load: calloc");
		exit(2);
	}
	crowd_open(&crowd, meter, &up, CLIENT_CALLER, 0, o->clients_n);
	for (uint32_t i = 0; i < crowd.n; i++) {
		crowd.clients[i].data = &callers[i];
		for (uint32_t k = 0; k < o->in_flight_n; k++)
			ask(&crowd.clients[i]);
		conn_flush(&crowd.clients[i].conn);
	}
	meter_run(meter, NULL);
	ending = true;
	meter_settle(meter, all_answered);
	meter->lost += waiting_n;
	crowd_close(&crowd);
	free(callers);
}
