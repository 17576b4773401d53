/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/limit.h"

#include "base/hash.h"
#include "base/keymap.h"
#include "base/shared_slab.h"

#include <pthread.h>
#include <stdlib.h>

enum { SHARDS_N = 16, FORGET_AT_ONCE_N = 4 };

struct entry {
	struct list by_age;
	struct rate rate;
	uint32_t count;
	struct key key;
};

struct shard {
	pthread_mutex_t lock;
	struct keymap entries;
	struct list idle; /* entries that count nothing, the longest untouched first */
};

struct limit_table {
	size_t keys_per_shard_n;
	struct shared_slab slab;
	struct shard shards[SHARDS_N];
};

struct limit_table *
limit_table_new(size_t keys_n)
{
	struct limit_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	shared_slab_init(&t->slab);
	t->keys_per_shard_n = keys_n / SHARDS_N + (keys_n % SHARDS_N || keys_n == 0);
	for (size_t i = 0; i < SHARDS_N; i++) {
		pthread_mutex_init(&t->shards[i].lock, NULL);
		list_init(&t->shards[i].idle);
		t->shards[i].entries = KEYMAP_INIT(struct entry, key);
	}
	return t;
}

static size_t
size_of(size_t key_len)
{
	return key_size(offsetof(struct entry, key), key_len);
}

void
limit_table_free(struct limit_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < SHARDS_N; i++) {
		struct shard *s = &t->shards[i];
		struct entry *e;

		for (size_t at = 0; (e = keymap_next(&s->entries, &at));)
			shared_slab_free(&t->slab, e, size_of(e->key.len));
		keymap_fini(&s->entries);
		pthread_mutex_destroy(&s->lock);
	}
	shared_slab_fini(&t->slab);
	free(t);
}

static struct shard *
lock_shard(struct limit_table *t, struct str key)
{
	/* The map places keys by the low bits: take the shard from the high ones. */
	struct shard *s = &t->shards[hash_str(key) >> 60 & (SHARDS_N - 1)];

	pthread_mutex_lock(&s->lock);
	return s;
}

static void
forget(struct limit_table *t, struct shard *s, struct entry *e)
{
	list_remove(&e->by_age);
	keymap_remove(&s->entries, e);
	shared_slab_free(&t->slab, e, size_of(e->key.len));
}

/* A few expired ones each time keep the table small without ever walking all of it. */
static void
forget_expired(struct limit_table *t, struct shard *s, uint64_t now_ms)
{
	for (int i = 0; i < FORGET_AT_ONCE_N && !list_is_empty(&s->idle); i++) {
		struct entry *oldest = CONTAINER_OF(s->idle.next, struct entry, by_age);

		if (!rate_is_full(&oldest->rate, now_ms))
			return;
		forget(t, s, oldest);
	}
}

static int
add_entry(struct limit_table *t, struct shard *s, struct str key, uint64_t now_ms,
	  struct entry **out)
{
	struct entry *e;
	int error;

	forget_expired(t, s, now_ms);
	if (s->entries.places.n >= t->keys_per_shard_n) {
		if (list_is_empty(&s->idle))
			return -E_FULL;
		forget(t, s, CONTAINER_OF(s->idle.next, struct entry, by_age));
	}
	e = shared_slab_new(&t->slab, size_of(key.len));
	if (!e)
		return -E_NOMEM;
	key_set(&e->key, key);
	error = keymap_add(&s->entries, e);
	if (error) {
		shared_slab_free(&t->slab, e, size_of(key.len));
		return error;
	}
	list_init(&e->by_age);
	*out = e;
	return 0;
}

static int
get_entry(struct limit_table *t, struct shard *s, struct str key, uint64_t now_ms,
	  struct entry **out)
{
	*out = keymap_get(&s->entries, key);
	return *out ? 0 : add_entry(t, s, key, now_ms, out);
}

/* Idle entries are kept in the order of their last use. */
static void
touch(struct shard *s, struct entry *e)
{
	list_remove(&e->by_age);
	if (e->count == 0)
		list_add_tail(&s->idle, &e->by_age);
}

int
limit_take(struct limit_table *t, struct str key, uint32_t most, uint64_t now_ms)
{
	struct shard *s = lock_shard(t, key);
	struct entry *e;
	int error = get_entry(t, s, key, now_ms, &e);

	if (!error && ((most && e->count >= most) || e->count == UINT32_MAX))
		error = -E_TOO_MANY_CONNECTIONS;
	if (!error) {
		e->count++;
		touch(s, e);
	}
	pthread_mutex_unlock(&s->lock);
	return error;
}

void
limit_release(struct limit_table *t, struct str key)
{
	struct shard *s = lock_shard(t, key);
	struct entry *e = keymap_get(&s->entries, key);

	if (e && e->count > 0 && --e->count == 0) {
		if (e->rate.full_at_ns == 0)
			forget(t, s, e);
		else
			touch(s, e);
	}
	pthread_mutex_unlock(&s->lock);
}

uint32_t
limit_count(struct limit_table *t, struct str key)
{
	struct shard *s = lock_shard(t, key);
	struct entry *e = keymap_get(&s->entries, key);
	uint32_t count = e ? e->count : 0;

	pthread_mutex_unlock(&s->lock);
	return count;
}

int
limit_rate_take(struct limit_table *t, struct str key, const struct config_rate *limit,
		uint64_t now_ms)
{
	struct shard *s;
	struct entry *e;
	int error;

	if (!(limit->per_second > 0))
		return 0;
	s = lock_shard(t, key);
	error = get_entry(t, s, key, now_ms, &e);
	if (!error) {
		error = rate_take(&e->rate, limit, now_ms) ? 0 : -E_RATE_LIMITED;
		touch(s, e);
	}
	pthread_mutex_unlock(&s->lock);
	return error;
}

uint64_t
limit_rate_wait_ms(struct limit_table *t, struct str key, const struct config_rate *limit,
		   uint64_t now_ms)
{
	struct shard *s = lock_shard(t, key);
	struct entry *e = keymap_get(&s->entries, key);
	uint64_t wait = e ? rate_wait_ms(&e->rate, limit, now_ms) : 0;

	pthread_mutex_unlock(&s->lock);
	return wait;
}

size_t
limit_keys_n(struct limit_table *t)
{
	size_t n = 0;

	for (size_t i = 0; i < SHARDS_N; i++) {
		pthread_mutex_lock(&t->shards[i].lock);
		n += t->shards[i].entries.places.n;
		pthread_mutex_unlock(&t->shards[i].lock);
	}
	return n;
}
