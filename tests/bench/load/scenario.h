/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenarios of the load generator: each opens its clients, measures and leaves. */
#ifndef LOAD_SCENARIO_H
#define LOAD_SCENARIO_H

#include "meter.h"

/* One publisher, clients_n members of a room, in_flight_n messages at a time (or publish_rate
 * bursts of them a second): every member gets each once and in order. slow_n members stop
 * reading and are not counted. Done: deliveries. */
void fanout_run(struct meter *meter);

/* Each client keeps in_flight_n requests open; every one is answered once with its own data.
 * Done: answers. Over polling that is one POST and one GET each. */
void echo_run(struct meter *meter);

/* clients_n slots in which a session is opened (with its token), closed, opened … Done:
 * sessions closed by their server in good order; the latency is that of the opening. */
void churn_run(struct meter *meter);

/* Open clients_n sessions and let them rest: memory for each. */
void idle_run(struct meter *meter);

/* namespaces_n namespaces, each with one of clients_n clients in it, come and go three times.
 * Memory for each when all have gone, and while they are there; the time measured is that of
 * rest afterwards. */
void namespaces_run(struct meter *meter);

#endif
