/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/handle.h"

#include <stdlib.h>

/* state: generation << 1 | claimed. A free slot is claimed and already has the generation of
 * its next number. */
struct slot {
	_Atomic uint32_t state;
	uint32_t next_free;
	void *object;
};

struct handle_chunk {
	struct slot slots[HANDLE_CHUNK_SLOTS];
};

enum { NO_SLOT = UINT32_MAX, SLOT_BITS = 20, SLOT_MASK = (1 << SLOT_BITS) - 1 };

void
handle_init(struct handle_table *t, unsigned owner, bool is_shared)
{
	pthread_mutex_init(&t->lock, NULL);
	t->is_shared = is_shared;
	t->owner = owner;
	t->slots_n = 0;
	t->free_head = NO_SLOT;
	for (int i = 0; i < HANDLE_CHUNKS; i++)
		atomic_init(&t->chunks[i], NULL);
}

void
handle_fini(struct handle_table *t)
{
	for (int i = 0; i < HANDLE_CHUNKS; i++)
		free(atomic_load(&t->chunks[i]));
	pthread_mutex_destroy(&t->lock);
}

static void
lock(struct handle_table *t)
{
	if (t->is_shared)
		pthread_mutex_lock(&t->lock);
}

static void
unlock(struct handle_table *t)
{
	if (t->is_shared)
		pthread_mutex_unlock(&t->lock);
}

static struct slot *
slot_at(struct handle_table *t, uint32_t index)
{
	struct handle_chunk *chunk = atomic_load_explicit(
		&t->chunks[index / HANDLE_CHUNK_SLOTS], memory_order_acquire);

	return chunk ? &chunk->slots[index % HANDLE_CHUNK_SLOTS] : NULL;
}

static struct slot *
slot_of(struct handle_table *t, uint64_t id)
{
	return handle_owner(id) == t->owner ? slot_at(t, (uint32_t)id & SLOT_MASK) : NULL;
}

/* The next unused slot, in a new chunk when the last one is full. */
static uint32_t
new_slot(struct handle_table *t)
{
	uint32_t chunk = t->slots_n / HANDLE_CHUNK_SLOTS;
	struct handle_chunk *memory;

	if (chunk == HANDLE_CHUNKS)
		return NO_SLOT;
	if (t->slots_n % HANDLE_CHUNK_SLOTS == 0) {
		memory = calloc(1, sizeof(*memory));
		if (!memory)
			return NO_SLOT;
		for (int i = 0; i < HANDLE_CHUNK_SLOTS; i++)
			atomic_init(&memory->slots[i].state, 1U << 1 | 1U);
		atomic_store_explicit(&t->chunks[chunk], memory, memory_order_release);
	}
	return t->slots_n++;
}

uint64_t
handle_add(struct handle_table *t, void *object)
{
	uint32_t index, generation;
	struct slot *slot;
	uint64_t id = 0;

	lock(t);
	index = t->free_head;
	if (index != NO_SLOT)
		t->free_head = slot_at(t, index)->next_free;
	else
		index = new_slot(t);
	if (index != NO_SLOT) {
		slot = slot_at(t, index);
		slot->object = object;
		generation = atomic_load_explicit(&slot->state, memory_order_relaxed) >>
			     1;
		atomic_store_explicit(&slot->state, generation << 1,
				      memory_order_release);
		id = (uint64_t)generation << 32 | (uint64_t)t->owner << SLOT_BITS | index;
	}
	unlock(t);
	return id;
}

unsigned
handle_owner(uint64_t id)
{
	return (uint32_t)id >> SLOT_BITS;
}

bool
handle_is_live(struct handle_table *t, uint64_t id)
{
	struct slot *slot = slot_of(t, id);

	return slot && atomic_load_explicit(&slot->state, memory_order_acquire) ==
			       (uint32_t)(id >> 32) << 1;
}

bool
handle_claim(struct handle_table *t, uint64_t id)
{
	struct slot *slot = slot_of(t, id);
	uint32_t live = (uint32_t)(id >> 32) << 1;

	return slot && atomic_compare_exchange_strong(&slot->state, &live, live | 1);
}

void *
handle_get(struct handle_table *t, uint64_t id)
{
	struct slot *slot = slot_of(t, id);
	void *object = NULL;

	if (!slot)
		return NULL;
	lock(t);
	if (atomic_load_explicit(&slot->state, memory_order_relaxed) >> 1 ==
	    ((uint32_t)(id >> 32) & INT32_MAX))
		object = slot->object;
	unlock(t);
	return object;
}

void
handle_remove(struct handle_table *t, uint64_t id)
{
	struct slot *slot = slot_of(t, id);
	uint32_t generation = (uint32_t)(id >> 32);

	if (!slot)
		return;
	lock(t);
	/* Zero is left out, so that no number is ever 0. */
	generation = generation == INT32_MAX ? 1 : generation + 1;
	atomic_store_explicit(&slot->state, generation << 1 | 1U, memory_order_release);
	slot->object = NULL;
	slot->next_free = t->free_head;
	t->free_head = (uint32_t)id & SLOT_MASK;
	unlock(t);
}

void *
handle_next(struct handle_table *t, uint32_t *at)
{
	while (*at < t->slots_n) {
		struct slot *slot = slot_at(t, (*at)++);

		if (slot->object)
			return slot->object;
	}
	return NULL;
}
