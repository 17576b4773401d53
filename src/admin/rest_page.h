/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists in pages, from all loops: each loop picks the smallest keys behind the cursor, the
 * asking one merges them. So a page costs memory for a page, however long the list is.
 */
#ifndef ADMIN_REST_PAGE_H
#define ADMIN_REST_PAGE_H

#include "admin/rest_call.h"
#include "hub/gather.h"

struct page_row {
	struct str key;
	void *what; /* the caller's */
	/* rows of several loops with the same key are one, their n added up */
	uint32_t n;
};

/* What one loop picks. Its rows lie in an arena, sorted. */
struct page_pick {
	struct page_row *rows;
	size_t n, max;
	struct str after;
};

/* Room for a page of c and one row more. False when memory is short. Thread: the loop of a. */
bool page_pick_init(struct page_pick *p, const struct rest_call *c, struct arena *a);
/* Keep it if it is among the first. key lives as long as the turn. */
void page_offer(struct page_pick *p, struct str key, void *what, uint32_t n);

/* Put a row into an answer; item is its JSON. */
void page_add(struct gather_part *out, const struct page_row *row, struct str item);

/* Answer c with {"items":[…],"cursor":…}. write (may be NULL: the item as it is) writes the
 * JSON of a merged row. */
void page_answer(struct rest_call *c, const struct gather_part *parts, size_t parts_n,
		 void (*write)(struct buf *out, struct str key, uint32_t n));

#endif
