/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/replay.h"

#include "base/list.h"
#include "base/map.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

enum { SHARDS = 16 };

struct entry {
	struct list link; /* in done, while there is an outcome */
	struct replay_key key;
	uint64_t call_id;
	uint64_t until_ms;
	struct outcome *outcome; /* NULL: running */
};

struct shard {
	pthread_mutex_t lock;
	struct map entries;
	struct list done; /* oldest first */
	size_t done_bytes;
};

struct replay {
	EVP_MD *sha256;     /* fetched once: OpenSSL takes a lock for each fetch */
	size_t shard_bytes; /* of results in one shard */
	struct shard shards[SHARDS];
};

struct replay *
replay_new(size_t keep_bytes)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!r->sha256) {
		free(r);
		return NULL;
	}
	r->shard_bytes = keep_bytes / SHARDS;
	for (int i = 0; i < SHARDS; i++) {
		pthread_mutex_init(&r->shards[i].lock, NULL);
		list_init(&r->shards[i].done);
	}
	return r;
}

static struct str
key_str(const struct replay_key *key)
{
	return (struct str){(const char *)key->bytes, REPLAY_KEY_BYTES};
}

/* What a kept result takes: itself, its entry, and its place in the map, of which half may be
 * free. */
static size_t
held_bytes(const struct outcome *o)
{
	return o->bytes + sizeof(struct entry) + 2 * sizeof(struct map_entry);
}

static void
forget(struct shard *s, struct entry *e)
{
	map_remove(&s->entries, key_str(&e->key));
	list_remove(&e->link);
	if (e->outcome)
		s->done_bytes -= held_bytes(e->outcome);
	outcome_unref(e->outcome);
	free(e);
}

void
replay_free(struct replay *r)
{
	if (!r)
		return;
	for (int i = 0; i < SHARDS; i++) {
		struct shard *s = &r->shards[i];
		struct entry *e;

		for (size_t at = 0; (e = map_next(&s->entries, &at)); at = 0)
			forget(s, e);
		map_fini(&s->entries);
		pthread_mutex_destroy(&s->lock);
	}
	EVP_MD_free(r->sha256);
	free(r);
}

struct replay_key
replay_digest(const struct replay *r, const struct str *texts, size_t texts_n)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct replay_key key = {{0}};
	bool done = md && EVP_DigestInit_ex(md, r->sha256, NULL) == 1;

	for (size_t i = 0; done && i < texts_n; i++)
		done = EVP_DigestUpdate(md, &texts[i].len, sizeof(texts[i].len)) == 1 &&
		       EVP_DigestUpdate(md, texts[i].ptr, texts[i].len) == 1;
	/* SHA-256 fails only without memory; a shared key would mix up requests. */
	if (!done || EVP_DigestFinal_ex(md, key.bytes, NULL) != 1)
		abort();
	EVP_MD_CTX_free(md);
	return key;
}

static struct shard *
shard_of(struct replay *r, const struct replay_key *key)
{
	return &r->shards[key->bytes[0] % SHARDS];
}

static void
forget_old(struct shard *s, uint64_t now_ms, size_t bytes_max)
{
	LIST_EACH (link, &s->done) {
		struct entry *e = CONTAINER_OF(link, struct entry, link);

		if (e->until_ms > now_ms && s->done_bytes <= bytes_max)
			break;
		forget(s, e);
	}
}

static struct entry *
add(struct shard *s, const struct replay_key *key, uint64_t call_id)
{
	struct entry *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	list_init(&e->link);
	e->key = *key;
	e->call_id = call_id;
	if (map_add(&s->entries, key_str(&e->key), e)) {
		free(e);
		return NULL;
	}
	return e;
}

enum replay_found
replay_enter(struct replay *r, const struct replay_key *key, uint64_t call_id,
	     uint64_t now_ms, uint64_t *running_out, struct outcome **done_out)
{
	struct shard *s = shard_of(r, key);
	enum replay_found found;
	struct entry *e;

	pthread_mutex_lock(&s->lock);
	forget_old(s, now_ms, r->shard_bytes);
	e = map_get(&s->entries, key_str(key));
	if (!e) {
		found = add(s, key, call_id) ? REPLAY_NEW : REPLAY_NOMEM;
	} else if (e->outcome) {
		*done_out = outcome_ref(e->outcome);
		found = REPLAY_DONE;
	} else {
		*running_out = e->call_id;
		found = REPLAY_RUNNING;
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

struct outcome *
replay_find(struct replay *r, const struct replay_key *key)
{
	struct shard *s = shard_of(r, key);
	struct outcome *o = NULL;
	struct entry *e;

	pthread_mutex_lock(&s->lock);
	e = map_get(&s->entries, key_str(key));
	if (e && e->outcome)
		o = outcome_ref(e->outcome);
	pthread_mutex_unlock(&s->lock);
	return o;
}

void
replay_finish(struct replay *r, const struct replay_key *key, struct outcome *o,
	      uint64_t now_ms, uint32_t keep_ms)
{
	struct shard *s = shard_of(r, key);
	struct entry *e;

	pthread_mutex_lock(&s->lock);
	e = map_get(&s->entries, key_str(key));
	if (e && !e->outcome && o && keep_ms && held_bytes(o) <= r->shard_bytes) {
		e->outcome = outcome_ref(o);
		e->until_ms = now_ms + keep_ms;
		s->done_bytes += held_bytes(o);
		list_add_tail(&s->done, &e->link);
	} else if (e && !e->outcome) {
		forget(s, e);
	}
	forget_old(s, now_ms, r->shard_bytes);
	pthread_mutex_unlock(&s->lock);
}

size_t
replay_entries_n(struct replay *r)
{
	size_t n = 0;

	for (int i = 0; i < SHARDS; i++) {
		pthread_mutex_lock(&r->shards[i].lock);
		n += r->shards[i].entries.n;
		pthread_mutex_unlock(&r->shards[i].lock);
	}
	return n;
}
