/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One publisher, many members: see scenario.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "scenario.h"

/* The system wakes the generator once in so many bytes of a member that is not looked at. */
#define LOW_WATER_BYTES 8192

/* How many publishes may be on their way: a power of two. */
#define SENT_N 65536

struct fanout {
	struct meter *meter;
	struct crowd members, publisher;
	uint32_t published;       /* sequences 0 … published - 1 are out */
	uint32_t counted;         /* of them those that count for members not looked at */
	uint32_t *expected;       /* the next sequence of each member */
	uint64_t arrived, wanted; /* deliveries to members that are looked at */
	uint64_t *begin_n;        /* bytes that a member had when one looked away */
	uint64_t burst_bytes; /* of one burst, the same for all; 0: all are looked at */
	uint32_t unseen_bursts_n; /* published since */
	uint64_t sent_ns[SENT_N];
	uint64_t next_ns; /* with a rate: when the next burst is due; 0: not yet known */
	bool ending;
};

static struct fanout fan;

static uint32_t
watched_n(void)
{
	const struct options *o = fan.meter->options;

	return fan.burst_bytes > 0 ? o->watched_n : o->clients_n - o->slow_n;
}

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
	fan.wanted += (uint64_t)o->in_flight_n * watched_n();
	fan.unseen_bursts_n += fan.burst_bytes > 0;
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

/* All who are looked at have the last burst; they joined first, the others get it now. How much
 * those have got in the end is counted in bytes. */
static void
on_burst(void)
{
	const struct options *o = fan.meter->options;

	fan.meter->done += (uint64_t)(fan.published - fan.counted) *
			   (o->clients_n - o->slow_n - watched_n());
	fan.counted = fan.published;
	if (!is_rated() && !fan.ending)
		publish(conn_read_clock_ns());
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
	if (fan.arrived == fan.wanted)
		on_burst();
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

/* Learn from one burst how many bytes it has, and look but at the first members from then on. */
static void
look_away(void)
{
	const struct options *o = fan.meter->options;
	const struct client *members = fan.members.clients;
	uint64_t bytes = 0;

	fan.ending = true;
	meter_settle(fan.meter, all_arrived);
	for (uint32_t i = 0; i < o->clients_n; i++)
		fan.begin_n[i] = members[i].conn.received_n;
	publish(conn_read_clock_ns());
	meter_settle(fan.meter, all_arrived);
	for (uint32_t i = 0; i < o->clients_n; i++) {
		bytes = members[i].conn.received_n - fan.begin_n[i];
		fan.meter->wrong += i > 0 && bytes != fan.burst_bytes;
		fan.burst_bytes = bytes;
		fan.begin_n[i] = members[i].conn.received_n;
	}
	for (uint32_t i = o->watched_n; i < o->clients_n; i++)
		conn_discard(&fan.members.clients[i].conn, LOW_WATER_BYTES);
	fan.ending = false;
	publish(conn_read_clock_ns());
}

/* Bytes of a member that one looked away from, below what was sent to it; negative: above. */
static int64_t
missing_bytes(uint32_t member)
{
	uint64_t got = fan.members.clients[member].conn.received_n - fan.begin_n[member];

	return (int64_t)(fan.unseen_bursts_n * fan.burst_bytes - got);
}

static bool
all_discarded(void)
{
	for (uint32_t i = watched_n(); i < fan.members.n; i++) {
		if (missing_bytes(i) > 0)
			return false;
	}
	return true;
}

static void
count_missing(void)
{
	const struct options *o = fan.meter->options;
	int64_t message_bytes = (int64_t)(fan.burst_bytes / o->in_flight_n);

	for (uint32_t i = o->slow_n; i < o->slow_n + watched_n(); i++)
		fan.meter->lost += fan.published - fan.expected[i];
	for (uint32_t i = watched_n(); fan.burst_bytes > 0 && i < o->clients_n; i++) {
		int64_t bytes = missing_bytes(i);

		if (bytes > 0)
			fan.meter->lost += (uint64_t)((bytes - 1) / message_bytes + 1);
		else if (bytes < 0)
			fan.meter->doubled += (uint64_t)((-bytes - 1) / message_bytes +
							 1);
	}
}

/* What is on its way to those one looked away from. */
static void
fetch_discarded(void)
{
	for (uint32_t i = watched_n(); i < fan.members.n; i++)
		conn_discard(&fan.members.clients[i].conn, 1);
	meter_settle(fan.meter, all_discarded);
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
	fan.begin_n = calloc(o->clients_n, sizeof(*fan.begin_n));
	if (!fan.expected || !fan.begin_n) {
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
	if (o->watched_n > 0)
		look_away();
	meter_run(meter, publish_when_due);
	fan.ending = true;
	meter_settle(meter, all_arrived);
	if (o->watched_n > 0)
		fetch_discarded();
	count_missing();
	free(fan.expected);
	free(fan.begin_n);
	crowd_close(&fan.publisher);
	crowd_close(&fan.members);
}
