/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why did somebody get a message, or not? The recent messages of the server API with whom they
 * reached: a ring of bounded length, each with a bounded number of people. Any thread.
 */
#ifndef ADMIN_EXPLAIN_H
#define ADMIN_EXPLAIN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/errors.h"
#include "hub/tally.h"

struct explain;
struct explain_record;

/* Messages to remember, 0: none. NULL when memory is short. */
struct explain *explain_new(uint32_t messages_n) MUST_USE;
void explain_free(struct explain *e); /* NULL is allowed */

/* A message about to be sent. NULL when memory is short, or nothing is remembered. */
struct explain_record *explain_begin(struct explain *e, const char *id, struct str event,
				     const struct target *to, int64_t wall_ms);
/* All loops have told: into the ring with it. Takes the record (may be NULL) and the tally. */
void explain_end(struct explain *e, struct explain_record *record, struct tally *t);

/* What is known about a message and a person. */
struct explanation {
	bool is_reached; /* it came to a connection of his, and this is what became of it */
	enum reach reach;
	bool is_excepted;
	struct str *rooms; /* whom it was for, in the arena */
	size_t rooms_n;
	bool is_cut; /* more people were reached than remembered */
	int64_t wall_ms;
};

/* Also appends ,"event":…,"delivered":N,"rooms":[…] to json_out. Errors: -E_NOT_FOUND, -E_NOMEM. */
int explain_find(struct explain *e, struct str id, struct str user, struct arena *a,
		 struct explanation *out, struct buf *json_out) MUST_USE;

#endif
