/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include "base/spare.h"

#include <stdalign.h>

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	alignas(max_align_t) char bytes[];
};

enum { ARENA_CHUNK_BYTES = 4096 - sizeof(struct arena_chunk) };

static void
drop(struct arena_chunk *chunk)
{
	spare_give(chunk, sizeof(*chunk) + chunk->size);
}

static struct arena_chunk *
add_chunk(struct arena *a, size_t n)
{
	size_t size = n > ARENA_CHUNK_BYTES ? n : ARENA_CHUNK_BYTES;
	struct arena_chunk *chunk = spare_take(sizeof(*chunk) + size);

	if (!chunk)
		return NULL;
	chunk->size = size;
	chunk->next = a->chunks;
	a->chunks = chunk;
	a->used_bytes = 0;
	a->left_bytes = size;
	return chunk;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	size_t align = alignof(max_align_t), size = (n + align - 1) / align * align;
	void *p;

	if (size < n)
		return NULL;
	if ((!a->chunks || a->left_bytes < size) && !add_chunk(a, size))
		return NULL;
	p = a->chunks->bytes + a->used_bytes;
	a->used_bytes += size;
	a->left_bytes -= size;
	return p;
}

struct str
arena_copy(struct arena *a, struct str s)
{
	char *copy = arena_alloc(a, s.len + 1);

	if (!copy)
		return (struct str){NULL, 0};
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return (struct str){copy, s.len};
}

void
arena_reset(struct arena *a)
{
	struct arena_chunk *first = a->chunks;

	while (first && (first->next || first->size > ARENA_CHUNK_BYTES)) {
		struct arena_chunk *next = first->next;

		drop(first);
		first = next;
	}
	a->chunks = first;
	a->used_bytes = 0;
	a->left_bytes = first ? first->size : 0;
}

void
arena_fini(struct arena *a)
{
	while (a->chunks) {
		struct arena_chunk *next = a->chunks->next;

		drop(a->chunks);
		a->chunks = next;
	}
	*a = ARENA_INIT;
}
