/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/idempotency.h"

#include "base/hash.h"
#include "base/list.h"
#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>

struct entry {
	struct list link; /* oldest first */
	uint64_t until_ms, message_hash;
	struct buf answer; /* empty while it is under way */
	size_t key_len;
	char key[];
};

struct idempotency {
	pthread_mutex_t lock;
	struct map by_key;
	struct list ages;
	uint32_t keys_n, keep_ms;
};

struct idempotency *
idempotency_new(uint32_t keys_n, uint32_t keep_ms)
{
	struct idempotency *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	pthread_mutex_init(&i->lock, NULL);
	list_init(&i->ages);
	i->keys_n = keys_n;
	i->keep_ms = keep_ms;
	return i;
}

static struct str
key_of(const struct entry *e)
{
	return (struct str){e->key, e->key_len};
}

static void
drop(struct idempotency *i, struct entry *e)
{
	map_remove(&i->by_key, key_of(e));
	list_remove(&e->link);
	buf_fini(&e->answer);
	free(e);
}

void
idempotency_free(struct idempotency *i)
{
	if (!i)
		return;
	LIST_EACH (link, &i->ages)
		drop(i, CONTAINER_OF(link, struct entry, link));
	map_fini(&i->by_key);
	pthread_mutex_destroy(&i->lock);
	free(i);
}

static void
drop_expired(struct idempotency *i, uint64_t now_ms)
{
	LIST_EACH (link, &i->ages) {
		struct entry *e = CONTAINER_OF(link, struct entry, link);

		if (e->until_ms > now_ms)
			break;
		drop(i, e);
	}
}

static int
add(struct idempotency *i, struct str key, uint64_t hash, uint64_t now_ms)
{
	struct entry *e = calloc(1, sizeof(*e) + key.len);

	if (!e)
		return -E_NOMEM;
	if (i->by_key.n >= i->keys_n)
		drop(i, CONTAINER_OF(i->ages.next, struct entry, link));
	e->message_hash = hash;
	e->until_ms = now_ms + i->keep_ms;
	e->key_len = key.len;
	memcpy(e->key, key.ptr, key.len);
	if (map_add(&i->by_key, key_of(e), e)) {
		free(e);
		return -E_NOMEM;
	}
	list_add_tail(&i->ages, &e->link);
	return 0;
}

int
idempotency_begin(struct idempotency *i, struct str key, struct str message,
		  uint64_t now_ms, struct buf *answer_out)
{
	uint64_t hash = hash_str(message);
	struct entry *e;
	int result;

	pthread_mutex_lock(&i->lock);
	drop_expired(i, now_ms);
	e = map_get(&i->by_key, key);
	if (!e) {
		result = add(i, key, hash, now_ms);
	} else if (e->message_hash != hash) {
		result = -E_DUPLICATE;
	} else if (!e->answer.len) {
		result = -E_LATE;
	} else {
		buf_add_str(answer_out, buf_str(&e->answer));
		result = 1;
	}
	pthread_mutex_unlock(&i->lock);
	return result;
}

void
idempotency_done(struct idempotency *i, struct str key, struct str answer)
{
	struct entry *e;

	pthread_mutex_lock(&i->lock);
	e = map_get(&i->by_key, key);
	if (e && !e->answer.len)
		buf_add_str(&e->answer, answer);
	pthread_mutex_unlock(&i->lock);
}

void
idempotency_forget(struct idempotency *i, struct str key)
{
	struct entry *e;

	pthread_mutex_lock(&i->lock);
	e = map_get(&i->by_key, key);
	if (e)
		drop(i, e);
	pthread_mutex_unlock(&i->lock);
}
