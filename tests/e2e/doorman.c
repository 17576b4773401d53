/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plugin for tests: rooms "channel:open…" and topics "open…" may be joined, which it says a
 * moment later; of "silent" it says nothing, all others are denied at once. */
#include <tidegate/plugin.h>

#include <stdlib.h>
#include <string.h>

enum { LATER_MS = 100 };

static void
allow(void *arg)
{
	uint64_t *id = arg;

	(void)tg_answer(*id, TG_ALLOW);
}

static bool
begins(struct tg_str text, const char *with)
{
	return text.len >= strlen(with) && memcmp(text.ptr, with, strlen(with)) == 0;
}

static void
ask(const struct tg_question *q, void *state)
{
	uint64_t *id;

	(void)state;
	if (begins(q->what, "channel:silent"))
		return;
	if (q->kind != TG_MAY_JOIN ||
	    (!begins(q->what, "channel:open") && !begins(q->what, "topic:open"))) {
		(void)tg_answer(q->id, TG_DENY);
		return;
	}
	id = malloc(sizeof(*id));
	if (!id)
		return;
	*id = q->id;
	if (tg_timer_start(LATER_MS, 0, allow, id, free, NULL))
		free(id);
}

static int
init(void)
{
	return tg_add_authorize(ask, NULL);
}

TG_PLUGIN("doorman", "1.0", init, NULL)
