/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The events that passed one loop, oldest first, as long as there is room: what a client that
 * was lost for a while may have missed. Each was sent by somebody (a sender's number) who counts
 * what he sends, so the same event is known on every loop, whatever order it came in there.
 * Owned by the loop's recovery; holds references to messages. Thread: the loop.
 */
#ifndef HUB_RECOVERY_LOG_H
#define HUB_RECOVERY_LOG_H

#include "hub/hub.h"

/* Which event: clients get it as their offset, "sender.number" in hexadecimal digits. */
struct recovery_offset {
	uint64_t number; /* from 1 */
	uint32_t sender;
};

enum { RECOVERY_OFFSET_BYTES = 28 };
struct str recovery_offset_text(struct recovery_offset o,
				char out[RECOVERY_OFFSET_BYTES]);
bool recovery_offset_read(struct str text, struct recovery_offset *out);

struct logged {
	struct logged *next;
	struct recovery_offset offset;
	uint64_t at; /* its place on this loop */
	struct message *message;
	size_t bytes;
	uint32_t rooms_n, except_n;
	struct str names[]; /* rooms, then except */
};

struct recovery_log;

/* senders_n: their numbers are below it. NULL when memory is short. */
struct recovery_log *recovery_log_new(uint32_t senders_n, size_t bytes_max) MUST_USE;
void recovery_log_free(struct recovery_log *log); /* NULL is allowed */

/* One more event, sent to that target. Makes room for it; an event that cannot be kept takes
 * all before it along, so that nobody is told that he missed less than he did. */
void recovery_log_add(struct recovery_log *log, struct recovery_offset offset,
		      const struct target *to, struct message *m);

/* NULL when it is not there (any more). */
const struct logged *recovery_log_find(const struct recovery_log *log,
				       struct recovery_offset o);
const struct logged *recovery_log_first(const struct recovery_log *log);

/* The place that the next event gets. */
uint64_t recovery_log_next_at(const struct recovery_log *log);
/* The numbers of the newest event that each sender's came, and of the newest forgotten one. */
const uint64_t *recovery_log_seen(const struct recovery_log *log);
const uint64_t *recovery_log_forgotten(const struct recovery_log *log);
size_t recovery_log_bytes(const struct recovery_log *log);

#endif
