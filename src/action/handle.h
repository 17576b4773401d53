/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers for objects that plugins refer to from any thread, also when the object is long
 * gone: a slot with a generation. A number can be claimed once; who claims it may end the
 * object, everybody else is late. Slots are never given back to the system before fini.
 *
 *	number = generation (32 bits) | owner (12) | slot (20)
 */
#ifndef ACTION_HANDLE_H
#define ACTION_HANDLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { HANDLE_CHUNKS = 1024, HANDLE_CHUNK_SLOTS = 1024, HANDLE_OWNERS = 4096 };

struct handle_chunk;

struct handle_table {
	pthread_mutex_t lock; /* of everything but the slots' states, when shared */
	bool is_shared;
	unsigned owner;
	uint32_t slots_n, free_head;
	_Atomic(struct handle_chunk *) chunks[HANDLE_CHUNKS];
};

/* owner: below HANDLE_OWNERS, comes back from handle_owner. is_shared: any thread adds, gets
 * and removes, which takes a lock; else one thread does, and others only claim. */
void handle_init(struct handle_table *t, unsigned owner, bool is_shared);
void handle_fini(struct handle_table *t);

/* A number for object. Returns 0 when memory is short or a million are in use. [any thread of
 * a shared table] */
uint64_t handle_add(struct handle_table *t, void *object);

/* The owner that a number names, not checked further. [any thread] */
unsigned handle_owner(uint64_t id);

/* Neither claimed nor removed yet. [any thread] */
bool handle_is_live(struct handle_table *t, uint64_t id);

/* True for the one who comes first. [any thread] */
bool handle_claim(struct handle_table *t, uint64_t id);

/* The object, claimed or not; NULL once removed. Keeping it alive is the caller's business:
 * mostly only the thread that removes may ask. [any thread of a shared table] */
void *handle_get(struct handle_table *t, uint64_t id);

/* Forget the number; all who hold it are late from now on. [any thread of a
 * shared table] */
void handle_remove(struct handle_table *t, uint64_t id);

/* Walk the objects: *at starts at 0. NULL at the end. One thread, when nobody adds. */
void *handle_next(struct handle_table *t, uint32_t *at);

#endif
