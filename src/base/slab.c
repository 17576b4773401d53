/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A block begins at a multiple of its size, so a cell finds it by its address. Cells that were
 * never taken lie behind those that were: their pages cost nothing yet.
 */
#include "base/slab.h"

#include "base/memory.h"

#include <stdint.h>
#include <sys/mman.h>

struct cell {
	struct cell *next;
};

struct block {
	struct list link;         /* among those with a free cell */
	struct cell *free;        /* given back */
	uint32_t used_n, fresh_n; /* cells that are taken; that were ever taken */
	uint32_t cell_bytes, cells_n;
	/* the cells */
};

void
slab_init(struct slab *s)
{
	*s = (struct slab){.used_bytes = 0};
	for (size_t i = 0; i < SLAB_CLASSES; i++)
		list_init(&s->blocks[i]);
}

static inline size_t
class_of(size_t n)
{
	return (n - 1) / 8;
}

/* n bytes at a multiple of n: twice as many, without what is too much at both ends. */
static void *
map_aligned(size_t n)
{
	char *all = mmap(NULL, 2 * n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	size_t before = -(uintptr_t)all & (n - 1);

	if (all == MAP_FAILED)
		return NULL;
	if (before)
		munmap(all, before);
	munmap(all + before + n, n - before);
	return all + before;
}

static struct block *
block_new(struct slab *s, size_t class)
{
	struct block *b = map_aligned(SLAB_BLOCK_BYTES);

	if (!b)
		return NULL;
	s->block_bytes += SLAB_BLOCK_BYTES;
	*b = (struct block){.cell_bytes = (uint32_t)(8 * (class + 1))};
	b->cells_n = (uint32_t)((SLAB_BLOCK_BYTES - sizeof(*b)) / b->cell_bytes);
	list_init(&b->link);
	list_add_tail(&s->blocks[class], &b->link);
	return b;
}

static void
block_free(struct slab *s, struct block *b)
{
	list_remove(&b->link);
	munmap(b, SLAB_BLOCK_BYTES);
	s->block_bytes -= SLAB_BLOCK_BYTES;
}

void
slab_fini(struct slab *s)
{
	for (size_t i = 0; i < SLAB_CLASSES; i++)
		LIST_EACH (link, &s->blocks[i])
			block_free(s, CONTAINER_OF(link, struct block, link));
}

static void *
take_cell(struct block *b)
{
	struct cell *cell = b->free;

	if (cell)
		b->free = cell->next;
	else
		cell = (struct cell *)(void *)((char *)(b + 1) +
					       (size_t)b->fresh_n++ * b->cell_bytes);
	if (++b->used_n == b->cells_n)
		list_remove(&b->link);
	return cell;
}

void *
slab_new(struct slab *s, size_t n)
{
	struct list *blocks;
	struct block *b;

	if (MEMORY_IS_CHECKED || n > SLAB_CELL_BYTES_MAX)
		return memory_new(n);
	blocks = &s->blocks[class_of(n)];
	b = list_is_empty(blocks) ? block_new(s, class_of(n))
				  : CONTAINER_OF(blocks->next, struct block, link);
	if (!b)
		return NULL;
	s->used_bytes += b->cell_bytes;
	return memset(take_cell(b), 0, n);
}

void
slab_free(struct slab *s, void *memory, size_t n)
{
	struct block *b;

	if (MEMORY_IS_CHECKED || n > SLAB_CELL_BYTES_MAX || !memory) {
		free(memory);
		return;
	}
	b = (struct block *)((uintptr_t)memory & ~(uintptr_t)(SLAB_BLOCK_BYTES - 1));
	*(struct cell *)memory = (struct cell){b->free};
	b->free = memory;
	s->used_bytes -= b->cell_bytes;
	if (b->used_n-- == b->cells_n)
		list_add_tail(&s->blocks[class_of(n)], &b->link);
	if (b->used_n == 0 && b->link.next != b->link.prev)
		block_free(s, b);
}

void *
slab_resize(struct slab *s, void *memory, size_t n, size_t more_n)
{
	void *more;

	if (n > SLAB_CELL_BYTES_MAX && more_n > SLAB_CELL_BYTES_MAX)
		return realloc(memory, more_n);
	more = slab_new(s, more_n);
	if (more && memory) {
		memcpy(more, memory, n);
		slab_free(s, memory, n);
	}
	return more;
}
