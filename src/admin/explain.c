/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/explain.h"

#include "base/list.h"
#include "base/map.h"
#include "base/uuid.h"
#include "proto/json.h"

#include <pthread.h>
#include <stdlib.h>

struct explain_record {
	struct list link; /* oldest first */
	char id[UUID_TEXT_BYTES];
	int64_t wall_ms;
	struct tally *tally;
	struct str event;
	size_t rooms_n, except_n;
	struct str names[]; /* rooms, then except; their texts follow */
};

struct explain {
	pthread_mutex_t lock;
	struct map by_id;
	struct list ages;
	uint32_t max;
};

struct explain *
explain_new(uint32_t messages_n)
{
	struct explain *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	pthread_mutex_init(&e->lock, NULL);
	list_init(&e->ages);
	e->max = messages_n;
	return e;
}

static void
drop(struct explain *e, struct explain_record *r)
{
	map_remove(&e->by_id, str_from(r->id));
	list_remove(&r->link);
	tally_free(r->tally);
	free(r);
}

void
explain_free(struct explain *e)
{
	if (!e)
		return;
	LIST_EACH (link, &e->ages)
		drop(e, CONTAINER_OF(link, struct explain_record, link));
	map_fini(&e->by_id);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

struct explain_record *
explain_begin(struct explain *e, const char *id, struct str event,
	      const struct target *to, int64_t wall_ms)
{
	size_t names_n = to->rooms_n + to->except_n, text = event.len;
	struct explain_record *r;
	char *at;

	if (!e->max)
		return NULL;
	for (size_t i = 0; i < names_n; i++)
		text += (i < to->rooms_n ? to->rooms[i] : to->except[i - to->rooms_n])
				.len;
	r = calloc(1, sizeof(*r) + names_n * sizeof(struct str) + text);
	if (!r)
		return NULL;
	memcpy(r->id, id, UUID_TEXT_BYTES);
	r->wall_ms = wall_ms;
	r->rooms_n = to->rooms_n;
	r->except_n = to->except_n;
	at = (char *)(r->names + names_n);
	r->event = str_put(&at, event);
	for (size_t i = 0; i < names_n; i++)
		r->names[i] = str_put(&at, i < to->rooms_n ? to->rooms[i]
							   : to->except[i - to->rooms_n]);
	return r;
}

void
explain_end(struct explain *e, struct explain_record *r, struct tally *t)
{
	if (!r) {
		tally_free(t);
		return;
	}
	r->tally = t;
	list_init(&r->link);
	pthread_mutex_lock(&e->lock);
	while (e->by_id.n >= e->max)
		drop(e, CONTAINER_OF(e->ages.next, struct explain_record, link));
	if (map_add(&e->by_id, str_from(r->id), r)) {
		tally_free(t);
		free(r);
	} else {
		list_add_tail(&e->ages, &r->link);
	}
	pthread_mutex_unlock(&e->lock);
}

/* The best that happened at any of his connections. */
static void
look_at_people(const struct explain_record *r, struct str user, struct explanation *out)
{
	struct str one;
	enum reach reach;

	for (size_t at = 0; tally_next(r->tally, &at, &one, &reach);) {
		if (!str_eq(one, user) || (out->is_reached && out->reach <= reach))
			continue;
		out->is_reached = true;
		out->reach = reach;
	}
}

static bool
is_excepted(const struct explain_record *r, struct str user)
{
	struct str prefix = STR("user:");

	for (size_t i = r->rooms_n; i < r->rooms_n + r->except_n; i++)
		if (str_has_prefix(r->names[i], prefix) &&
		    str_eq(str_skip(r->names[i], prefix.len), user))
			return true;
	return false;
}

static void
write_record(const struct explain_record *r, struct buf *out)
{
	buf_add_str(out, STR(",\"event\":"));
	json_quote(out, r->event);
	buf_printf(out, ",\"delivered\":%llu,\"rooms\":[",
		   (unsigned long long)tally_count(r->tally, REACH_DELIVERED));
	for (size_t i = 0; i < r->rooms_n; i++) {
		if (i)
			buf_add_char(out, ',');
		json_quote(out, r->names[i]);
	}
	buf_add_char(out, ']');
}

static int
copy_rooms(const struct explain_record *r, struct arena *a, struct explanation *out)
{
	out->rooms = arena_alloc(a, (r->rooms_n + 1) * sizeof(out->rooms[0]));
	for (size_t i = 0; out->rooms && i < r->rooms_n; i++) {
		out->rooms[i] = arena_copy(a, r->names[i]);
		if (!out->rooms[i].ptr)
			return -E_NOMEM;
	}
	out->rooms_n = r->rooms_n;
	return out->rooms ? 0 : -E_NOMEM;
}

int
explain_find(struct explain *e, struct str id, struct str user, struct arena *a,
	     struct explanation *out, struct buf *json_out)
{
	struct explain_record *r;
	int error = -E_NOT_FOUND;

	*out = (struct explanation){0};
	pthread_mutex_lock(&e->lock);
	r = map_get(&e->by_id, id);
	if (r) {
		look_at_people(r, user, out);
		out->is_excepted = is_excepted(r, user);
		out->is_cut = tally_is_cut(r->tally);
		out->wall_ms = r->wall_ms;
		write_record(r, json_out);
		error = copy_rooms(r, a, out);
	}
	pthread_mutex_unlock(&e->lock);
	return error;
}
