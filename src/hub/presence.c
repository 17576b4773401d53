/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/presence.h"

#include "base/hash.h"
#include "base/keymap.h"
#include "base/shared_slab.h"
#include "proto/json.h"

#include <pthread.h>
#include <stdlib.h>

enum { SHARDS_N = 64 };

/* A user, or a user in a room. */
struct person {
	int64_t seen_ms;
	uint32_t is_told : 1, count : 31;
	struct key name;
};

struct place {
	struct keymap persons;
	struct key name;
};

struct shard {
	pthread_mutex_t lock;
	struct keymap persons; /* users by id */
	struct keymap places;  /* rooms by name */
};

struct presence {
	struct shared_slab slab;
	struct shard shards[SHARDS_N];
};

struct presence *
presence_new(void)
{
	struct presence *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	shared_slab_init(&p->slab);
	for (size_t i = 0; i < SHARDS_N; i++) {
		pthread_mutex_init(&p->shards[i].lock, NULL);
		p->shards[i].persons = KEYMAP_INIT(struct person, name);
		p->shards[i].places = KEYMAP_INIT(struct place, name);
	}
	return p;
}

static struct person *
new_person(struct presence *p, struct keymap *among, struct str name)
{
	size_t n = key_size(offsetof(struct person, name), name.len);
	struct person *one = shared_slab_new(&p->slab, n);

	if (!one)
		return NULL;
	key_set(&one->name, name);
	if (keymap_add(among, one) == 0)
		return one;
	shared_slab_free(&p->slab, one, n);
	return NULL;
}

static void
free_person(struct presence *p, struct person *one)
{
	shared_slab_free(&p->slab, one,
			 key_size(offsetof(struct person, name), one->name.len));
}

static void
drop_person(struct presence *p, struct keymap *among, struct person *one)
{
	keymap_remove(among, one);
	free_person(p, one);
}

static struct place *
new_place(struct presence *p, struct keymap *among, struct str name)
{
	size_t n = key_size(offsetof(struct place, name), name.len);
	struct place *place = shared_slab_new(&p->slab, n);

	if (!place)
		return NULL;
	place->persons = KEYMAP_INIT(struct person, name);
	key_set(&place->name, name);
	if (keymap_add(among, place) == 0)
		return place;
	shared_slab_free(&p->slab, place, n);
	return NULL;
}

static void
free_place(struct presence *p, struct place *place)
{
	shared_slab_free(&p->slab, place,
			 key_size(offsetof(struct place, name), place->name.len));
}

static void
free_persons(struct presence *p, struct keymap *persons)
{
	struct person *one;

	for (size_t at = 0; (one = keymap_next(persons, &at));)
		free_person(p, one);
	keymap_fini(persons);
}

void
presence_free(struct presence *p)
{
	for (size_t i = 0; p && i < SHARDS_N; i++) {
		struct shard *s = &p->shards[i];
		struct place *place;

		free_persons(p, &s->persons);
		for (size_t at = 0; (place = keymap_next(&s->places, &at));) {
			free_persons(p, &place->persons);
			free_place(p, place);
		}
		keymap_fini(&s->places);
		pthread_mutex_destroy(&s->lock);
	}
	if (p)
		shared_slab_fini(&p->slab);
	free(p);
}

static struct shard *
lock_shard(struct presence *p, struct str key)
{
	struct shard *s = &p->shards[hash_str(key) % SHARDS_N];

	pthread_mutex_lock(&s->lock);
	return s;
}

static struct person *
get_person(struct presence *p, struct keymap *persons, struct str name)
{
	struct person *one = keymap_get(persons, name);

	return one ? one : new_person(p, persons, name);
}

int
presence_arrive(struct presence *p, struct str user, int64_t wall_ms,
		void (*on_first)(void *arg), void *arg)
{
	struct shard *s = lock_shard(p, user);
	struct person *one = get_person(p, &s->persons, user);

	if (one) {
		one->seen_ms = wall_ms;
		if (one->count++ == 0)
			on_first(arg);
	}
	pthread_mutex_unlock(&s->lock);
	return one ? 0 : -E_NOMEM;
}

void
presence_depart(struct presence *p, struct str user, int64_t wall_ms,
		void (*on_last)(void *arg), void *arg)
{
	struct shard *s = lock_shard(p, user);
	struct person *one = keymap_get(&s->persons, user);

	if (one) {
		one->seen_ms = wall_ms;
		if (--one->count == 0) {
			drop_person(p, &s->persons, one);
			on_last(arg);
		}
	}
	pthread_mutex_unlock(&s->lock);
}

uint32_t
presence_count(struct presence *p, struct str user, int64_t *seen_ms_out)
{
	struct shard *s = lock_shard(p, user);
	const struct person *one = keymap_get(&s->persons, user);
	uint32_t n = one ? one->count : 0;

	*seen_ms_out = one ? one->seen_ms : 0;
	pthread_mutex_unlock(&s->lock);
	return n;
}

static struct place *
get_place(struct presence *p, struct shard *s, struct str name)
{
	struct place *place = keymap_get(&s->places, name);

	return place ? place : new_place(p, &s->places, name);
}

static void
drop_empty_place(struct presence *p, struct shard *s, struct place *place)
{
	if (place->persons.places.n)
		return;
	keymap_remove(&s->places, place);
	free_place(p, place);
}

int
presence_join(struct presence *p, struct str room, struct str user, bool is_told,
	      bool *is_first_out)
{
	struct shard *s = lock_shard(p, room);
	struct place *place = get_place(p, s, room);
	struct person *one = place ? get_person(p, &place->persons, user) : NULL;

	*is_first_out = one && one->count == 0;
	if (one) {
		one->count++;
		one->is_told |= *is_first_out && is_told;
	} else if (place) {
		drop_empty_place(p, s, place);
	}
	pthread_mutex_unlock(&s->lock);
	return one ? 0 : -E_NOMEM;
}

bool
presence_leave(struct presence *p, struct str room, struct str user, bool is_wish)
{
	struct shard *s = lock_shard(p, room);
	struct place *place = keymap_get(&s->places, room);
	struct person *one = place ? keymap_get(&place->persons, user) : NULL;
	bool is_end = one && --one->count == 0;
	bool is_told = is_end && (one->is_told || is_wish);

	if (is_end) {
		drop_person(p, &place->persons, one);
		drop_empty_place(p, s, place);
	}
	pthread_mutex_unlock(&s->lock);
	return is_told;
}

void
presence_users(struct presence *p, struct str room, struct buf *out)
{
	struct shard *s = lock_shard(p, room);
	const struct place *place = keymap_get(&s->places, room);
	const struct person *one;
	size_t n = 0;

	buf_add_char(out, '[');
	for (size_t at = 0; place && (one = keymap_next(&place->persons, &at));) {
		if (n++)
			buf_add_char(out, ',');
		json_quote(out, key_str(&one->name));
	}
	buf_add_char(out, ']');
	pthread_mutex_unlock(&s->lock);
}

size_t
presence_keys_n(struct presence *p)
{
	size_t n = 0;

	for (size_t i = 0; i < SHARDS_N; i++) {
		pthread_mutex_lock(&p->shards[i].lock);
		n += p->shards[i].persons.places.n + p->shards[i].places.places.n;
		pthread_mutex_unlock(&p->shards[i].lock);
	}
	return n;
}
