/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/ticket.h"

#include "hub/hub.h"
#include "session/sid.h"

#include <stdlib.h>

/* More than that would be rooms joined and left all the time: not worth remembering. */
enum { SPANS_MAX = 4096, FIRST_SPANS = 4 };

struct ticket *
ticket_new(int loop, uint64_t since)
{
	struct ticket *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	socket_sid_new(loop, t->pid);
	t->since = since;
	return t;
}

void
ticket_free(struct ticket *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->spans_n; i++)
		free(t->spans[i].room);
	if (t->keepsake)
		t->keepsake->drop(t->keepsake);
	free(t->spans);
	free(t);
}

static struct ticket_span *
find_open(const struct ticket *t, struct str room)
{
	for (size_t i = t->spans_n; i-- > 0;) {
		struct ticket_span *span = &t->spans[i];

		if (span->to == UINT64_MAX &&
		    str_eq((struct str){span->room, span->room_len}, room))
			return span;
	}
	return NULL;
}

static bool
make_place(struct ticket *t)
{
	size_t cap = t->spans_cap ? 2 * t->spans_cap : FIRST_SPANS;
	struct ticket_span *spans;

	if (t->spans_n < t->spans_cap)
		return true;
	spans = cap > SPANS_MAX ? NULL : reallocarray(t->spans, cap, sizeof(*spans));
	if (!spans)
		return false;
	t->spans = spans;
	t->spans_cap = cap;
	return true;
}

static void
drop_closed(struct ticket *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->spans_n; i++) {
		if (t->spans[i].to == UINT64_MAX)
			t->spans[kept++] = t->spans[i];
		else
			free(t->spans[i].room);
	}
	t->spans_n = kept;
}

void
ticket_join(struct ticket *t, struct str room, uint64_t at)
{
	char *name;

	if (t->is_broken || find_open(t, room))
		return;
	if (t->spans_n == SPANS_MAX) {
		/* what was before is not known any more, and whoever asks for it starts afresh */
		drop_closed(t);
		t->since = at;
		t->has_base = false;
	}
	name = make_place(t) ? str_dup(room) : NULL;
	if (!name) {
		t->is_broken = true;
		return;
	}
	t->spans[t->spans_n++] = (struct ticket_span){name, room.len, at, UINT64_MAX};
}

void
ticket_leave(struct ticket *t, struct str room, uint64_t at)
{
	struct ticket_span *span = find_open(t, room);

	if (span)
		span->to = at;
}

void
ticket_move(struct ticket *t, uint64_t at)
{
	drop_closed(t);
	for (size_t i = 0; i < t->spans_n; i++)
		t->spans[i].from = at;
	t->since = at;
}

static bool
was_in(const struct ticket *t, struct str sid, struct str room, uint64_t at)
{
	if (str_eq(room, sid))
		return true;
	for (size_t i = 0; i < t->spans_n; i++) {
		const struct ticket_span *span = &t->spans[i];

		if (span->from <= at && at < span->to &&
		    str_eq((struct str){span->room, span->room_len}, room))
			return true;
	}
	return false;
}

bool
ticket_fits(const struct ticket *t, struct str sid, const struct logged *e, uint64_t at)
{
	bool is_in = e->rooms_n == 0;

	for (uint32_t i = 0; i < e->except_n; i++)
		if (was_in(t, sid, e->names[e->rooms_n + i], at))
			return false;
	for (uint32_t i = 0; !is_in && i < e->rooms_n; i++)
		is_in = was_in(t, sid, e->names[i], at);
	return is_in;
}
