/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One publisher, many members: see scenario.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "scenario.h"

/* How many publishes may be on their way: a power of two. */
#define SENT_N 65536

struct fanout {
	struct meter *meter;
	struct crowd members, publisher;
	uint32_t published;       /* sequences 0 … published - 1 are out */
	uint32_t *expected;       /* the next sequence of each member */
	uint64_t arrived, wanted; /* deliveries to members that read */
	uint64_t sent_ns[SENT_N];
	uint64_t next_ns; /* with a rate: when the next burst is due; 0: not yet known */
	bool ending;
};

static struct fanout fan;

/* Send one burst; with a rate it counts from the moment it was due. */
static void
publish(uint64_t due_ns)
{
	const struct options *o = fan.meter->options;
	struct client *publisher = &fan.publisher.clients[0];

	for (uint32_t i = 0; i < o->in_flight_n; i++) {
		fan.sent_ns[fan.published % SENT_N] = due_ns;
		publisher->protocol->publish(publisher, fan.published++);
	}
	fan.wanted += (uint64_t)o->in_flight_n * (o->clients_n - o->slow_n);
	conn_flush(&publisher->conn);
}

/* A rate holds while measuring; before that messages go as fast as they arrive. */
static bool
is_rated(void)
{
	return fan.meter->options->publish_rate > 0 && fan.meter->measuring;
}

static void
publish_when_due(void)
{
	uint64_t now = conn_now_ns();

	if (!is_rated())
		return;
	if (fan.next_ns == 0)
		fan.next_ns = now;
	while (fan.next_ns <= now) {
		publish(fan.next_ns);
		fan.next_ns += (uint64_t)(1e9 / fan.meter->options->publish_rate);
	}
}

/* Servers that know people tell the others who was cut off: no message of ours. */
static bool
is_presence(const char *text, size_t text_n)
{
	return memmem(text, text_n, "\"user_status\"", 13) != NULL;
}

static void
on_member_message(struct client *member, char *text, size_t text_n)
{
	struct meter *meter = fan.meter;
	uint32_t sequence, *expected = &fan.expected[member->number];
	size_t at = 0;

	if (member->number < meter->options->slow_n)
		return;
	if (!client_next_mark(text, text_n, &at, &sequence) ||
	    sequence >= fan.published) {
		meter->wrong += !is_presence(text, text_n);
		return;
	}
	if (sequence < *expected) {
		meter->doubled++;
		return;
	}
	meter->lost += sequence - *expected;
	fan.arrived += sequence - *expected + 1;
	*expected = sequence + 1;
	meter_done(meter, fan.sent_ns[sequence % SENT_N]);
	if (fan.arrived == fan.wanted && !is_rated() && !fan.ending)
		publish(conn_read_clock_ns());
}

static void
on_publisher_message(struct client *publisher, char *text, size_t text_n)
{
	(void)publisher;
	if (memmem(text, text_n, "\"ERROR\"", 7)) {
		fprintf(stderr, "load: publish refused: %.*s\n", (int)text_n, text);
		fan.meter->wrong++;
	}
}

/* A server may cut off those who do not read. */
static void
on_gone(struct client *client)
{
	if (client->role == CLIENT_MEMBER && client->number < fan.meter->options->slow_n)
		return;
	fan.meter->gone++;
}

static bool
all_arrived(void)
{
	return fan.arrived >= fan.wanted;
}

static bool
is_filled(void)
{
	const struct options *o = fan.meter->options;

	return (uint64_t)fan.published * o->payload_bytes >= o->fill_bytes;
}

static void
count_missing(void)
{
	const struct options *o = fan.meter->options;

	for (uint32_t i = o->slow_n; i < o->clients_n; i++)
		fan.meter->lost += fan.published - fan.expected[i];
}

void
fanout_run(struct meter *meter)
{
	static const struct client_up member_up = {crowd_ready, on_member_message,
						   on_gone};
	static const struct client_up publisher_up = {crowd_ready, on_publisher_message,
						      on_gone};
	const struct options *o = meter->options;

	fan.meter = meter;
	fan.expected = calloc(o->clients_n, sizeof(*fan.expected));
	if (!fan.expected) {
		perror("load: calloc");
		exit(2);
	}
	crowd_open(&fan.members, meter, &member_up, CLIENT_MEMBER, 0, o->clients_n);
	crowd_open(&fan.publisher, meter, &publisher_up, CLIENT_PUBLISHER, o->clients_n,
		   1);
	for (uint32_t i = 0; i < o->slow_n; i++)
		conn_pause(&fan.members.clients[i].conn);

	publish(conn_read_clock_ns());
	meter_settle(meter, is_filled);
	meter_run(meter, publish_when_due);
	fan.ending = true;
	meter_settle(meter, all_arrived);
	count_missing();
	free(fan.expected);
	crowd_close(&fan.publisher);
	crowd_close(&fan.members);
}
