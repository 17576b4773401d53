/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/spare.h"

#include "base/memory.h"

struct spare {
	struct spare *next;
};

static _Thread_local struct spares *here;

/* Sizes go 32, 36, 40 … 64, 72, 80 … 128 … up to SPARE_BYTES_MAX. */
static inline size_t
class_of(size_t n)
{
	size_t last = n - 1, top;

	if (n <= SPARE_BYTES_MIN)
		return 0;
	top = 63 - (size_t)__builtin_clzll(last);
	return (top - 5) * 8 + (last >> (top - 3) & 7) + 1;
}

static inline size_t
size_of(size_t class)
{
	if (class == 0)
		return SPARE_BYTES_MIN;
	return (9 + (class - 1) % 8) * (SPARE_BYTES_MIN / 8) << (class - 1) / 8;
}

size_t
spare_size(size_t n)
{
	return n > SPARE_BYTES_MAX ? n : size_of(class_of(n));
}

void *
spare_take(size_t n)
{
	struct spares *s = here;
	struct spare_list *list;
	struct spare *block;

	if (MEMORY_IS_CHECKED || n > SPARE_BYTES_MAX)
		return malloc(n);
	list = s ? &s->lists[class_of(n)] : NULL;
	if (!list || !list->first)
		return malloc(size_of(class_of(n)));
	block = list->first;
	list->first = block->next;
	if (--list->n < list->least_n)
		list->least_n = list->n;
	s->bytes -= size_of(class_of(n));
	return block;
}

void *
spare_zeros(size_t n)
{
	void *memory;

	if (n > SPARE_BYTES_MAX)
		return calloc(1, n); /* the system's pages are zeros already */
	memory = spare_take(n);
	return memory ? memset(memory, 0, n) : NULL;
}

void
spare_give(void *memory, size_t n)
{
	struct spares *s = here;
	struct spare *block = memory;
	struct spare_list *list;
	size_t size;

	if (MEMORY_IS_CHECKED || !s || !memory || n > SPARE_BYTES_MAX) {
		free(memory);
		return;
	}
	size = size_of(class_of(n));
	if (s->bytes + size > SPARES_BYTES_MAX) {
		free(memory);
		return;
	}
	list = &s->lists[class_of(n)];
	block->next = list->first;
	list->first = block;
	list->n++;
	s->bytes += size;
	s->is_touched = true;
}

void *
spare_resize(void *memory, size_t n, size_t used_n, size_t more_n)
{
	void *more;

	if (n > SPARE_BYTES_MAX && more_n > SPARE_BYTES_MAX)
		/* large ones grow where they are, mostly */
		return realloc(memory, more_n);
	more = spare_take(more_n);
	if (more && memory) {
		memcpy(more, memory, used_n);
		spare_give(memory, n);
	}
	return more;
}

void
spares_use(struct spares *s)
{
	here = s;
}

static void
drop(struct spares *s, size_t class, uint32_t n)
{
	struct spare_list *list = &s->lists[class];

	s->bytes -= n * size_of(class);
	list->n -= n;
	while (n--) {
		struct spare *block = list->first;

		list->first = block->next;
		free(block);
	}
	list->least_n = list->n;
}

bool
spares_trim(struct spares *s)
{
	bool is_more = false;

	for (size_t i = 0; i < SPARE_CLASSES; i++) {
		struct spare_list *list = &s->lists[i];
		uint32_t rest = size_of(i) <= SPARES_AT_REST_BYTES_MAX ? SPARES_AT_REST
								       : 0;

		drop(s, i, list->least_n > rest ? list->least_n - rest : 0);
		is_more |= list->n > rest;
	}
	return is_more;
}

void
spares_fini(struct spares *s)
{
	for (size_t i = 0; i < SPARE_CLASSES; i++)
		drop(s, i, s->lists[i].n);
	if (here == s)
		here = NULL;
}
