/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/presence.h"

#include "base/hash.h"
#include "base/map.h"
#include "proto/json.h"

#include <pthread.h>
#include <stdlib.h>

enum { SHARDS_N = 64 };

/* A user, or a user in a room. */
struct person {
	uint32_t count;
	bool is_told;
	int64_t seen_ms;
	uint32_t name_len;
	char name[];
};

struct place {
	struct map persons;
	uint32_t name_len;
	char name[];
};

struct shard {
	pthread_mutex_t lock;
	struct map persons; /* users by id */
	struct map places;  /* rooms by name */
};

struct presence {
	struct shard shards[SHARDS_N];
};

struct presence *
presence_new(void)
{
	struct presence *p = calloc(1, sizeof(*p));

	for (size_t i = 0; p && i < SHARDS_N; i++)
		pthread_mutex_init(&p->shards[i].lock, NULL);
	return p;
}

static void
free_persons(struct map *persons)
{
	struct person *one;

	for (size_t at = 0; (one = map_next(persons, &at));)
		free(one);
	map_fini(persons);
}

void
presence_free(struct presence *p)
{
	for (size_t i = 0; p && i < SHARDS_N; i++) {
		struct shard *s = &p->shards[i];
		struct place *place;

		free_persons(&s->persons);
		for (size_t at = 0; (place = map_next(&s->places, &at));) {
			free_persons(&place->persons);
			free(place);
		}
		map_fini(&s->places);
		pthread_mutex_destroy(&s->lock);
	}
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
get_person(struct map *persons, struct str name)
{
	struct person *one = map_get(persons, name);

	if (one)
		return one;
	one = calloc(1, sizeof(*one) + name.len);
	if (!one)
		return NULL;
	one->name_len = (uint32_t)name.len;
	memcpy(one->name, name.ptr, name.len);
	if (map_add(persons, (struct str){one->name, name.len}, one) == 0)
		return one;
	free(one);
	return NULL;
}

static void
drop_person(struct map *persons, struct person *one)
{
	map_remove(persons, (struct str){one->name, one->name_len});
	if (persons->n == 0)
		map_fini(persons);
	free(one);
}

int
presence_arrive(struct presence *p, struct str user, int64_t wall_ms,
		void (*on_first)(void *arg), void *arg)
{
	struct shard *s = lock_shard(p, user);
	struct person *one = get_person(&s->persons, user);

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
	struct person *one = map_get(&s->persons, user);

	if (one) {
		one->seen_ms = wall_ms;
		if (--one->count == 0) {
			drop_person(&s->persons, one);
			on_last(arg);
		}
	}
	pthread_mutex_unlock(&s->lock);
}

uint32_t
presence_count(struct presence *p, struct str user, int64_t *seen_ms_out)
{
	struct shard *s = lock_shard(p, user);
	const struct person *one = map_get(&s->persons, user);
	uint32_t n = one ? one->count : 0;

	*seen_ms_out = one ? one->seen_ms : 0;
	pthread_mutex_unlock(&s->lock);
	return n;
}

static struct place *
get_place(struct shard *s, struct str name)
{
	struct place *place = map_get(&s->places, name);

	if (place)
		return place;
	place = calloc(1, sizeof(*place) + name.len);
	if (!place)
		return NULL;
	place->name_len = (uint32_t)name.len;
	memcpy(place->name, name.ptr, name.len);
	if (map_add(&s->places, (struct str){place->name, name.len}, place) == 0)
		return place;
	free(place);
	return NULL;
}

static void
drop_empty_place(struct shard *s, struct place *place)
{
	if (place->persons.n)
		return;
	map_remove(&s->places, (struct str){place->name, place->name_len});
	if (s->places.n == 0)
		map_fini(&s->places);
	map_fini(&place->persons);
	free(place);
}

int
presence_join(struct presence *p, struct str room, struct str user, bool is_told,
	      bool *is_first_out)
{
	struct shard *s = lock_shard(p, room);
	struct place *place = get_place(s, room);
	struct person *one = place ? get_person(&place->persons, user) : NULL;

	*is_first_out = one && one->count == 0;
	if (one) {
		one->count++;
		one->is_told |= *is_first_out && is_told;
	} else if (place) {
		drop_empty_place(s, place);
	}
	pthread_mutex_unlock(&s->lock);
	return one ? 0 : -E_NOMEM;
}

bool
presence_leave(struct presence *p, struct str room, struct str user)
{
	struct shard *s = lock_shard(p, room);
	struct place *place = map_get(&s->places, room);
	struct person *one = place ? map_get(&place->persons, user) : NULL;
	bool is_end = one && --one->count == 0, is_told = is_end && one->is_told;

	if (is_end) {
		drop_person(&place->persons, one);
		drop_empty_place(s, place);
	}
	pthread_mutex_unlock(&s->lock);
	return is_told;
}

void
presence_users(struct presence *p, struct str room, struct buf *out)
{
	struct shard *s = lock_shard(p, room);
	const struct place *place = map_get(&s->places, room);
	const struct person *one;
	size_t n = 0;

	buf_add_char(out, '[');
	for (size_t at = 0; place && (one = map_next(&place->persons, &at));) {
		if (n++)
			buf_add_char(out, ',');
		json_quote(out, (struct str){one->name, one->name_len});
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
		n += p->shards[i].persons.n + p->shards[i].places.n;
		pthread_mutex_unlock(&p->shards[i].lock);
	}
	return n;
}
