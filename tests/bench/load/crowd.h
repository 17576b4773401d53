/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many clients at once: opened a few at a time, and back when all of them are ready. */
#ifndef LOAD_CROWD_H
#define LOAD_CROWD_H

#include "client.h"
#include "meter.h"

struct crowd {
	struct client *clients;
	uint32_t n;
};

/* Open n clients numbered from first on; up->ready must be crowd_ready. The first slow_n get
 * a small receive buffer. Runs the loop until they are ready; exits with 1 when one fails. */
void crowd_open(struct crowd *crowd_out, struct meter *meter, const struct client_up *up,
		enum client_role role, uint32_t first, uint32_t n);

void crowd_ready(struct client *client);

/* Let all of them leave without a word and free them. */
void crowd_close(struct crowd *crowd);

#endif
