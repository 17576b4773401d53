/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest_page.h"

#include "base/errors.h"
#include "proto/json.h"

#include <stdlib.h>

/* How a row lies in an answer: this, then the key, then the item. */
struct head {
	uint32_t key_len, item_len, n;
};

struct found {
	struct str key, item;
	uint32_t n;
};

static int
compare(struct str a, struct str b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool
page_pick_init(struct page_pick *p, const struct rest_call *c, struct arena *a)
{
	*p = (struct page_pick){.max = c->limit + 1, .after = c->cursor};
	p->rows = arena_alloc(a, p->max * sizeof(p->rows[0]));
	return p->rows != NULL;
}

void
page_offer(struct page_pick *p, struct str key, void *what, uint32_t n)
{
	size_t low = 0, high = p->n;

	if (p->after.len && compare(key, p->after) <= 0)
		return;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(p->rows[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == p->max)
		return;
	if (p->n < p->max)
		p->n++;
	memmove(&p->rows[low + 1], &p->rows[low], (p->n - low - 1) * sizeof(p->rows[0]));
	p->rows[low] = (struct page_row){key, what, n};
}

void
page_add(struct gather_part *out, const struct page_row *row, struct str item)
{
	struct head head = {(uint32_t)row->key.len, (uint32_t)item.len, row->n};

	buf_add(&out->bytes, &head, sizeof(head));
	buf_add_str(&out->bytes, row->key);
	buf_add_str(&out->bytes, item);
	out->n++;
}

static int
compare_found(const void *a, const void *b)
{
	return compare(((const struct found *)a)->key, ((const struct found *)b)->key);
}

/* All rows of all loops, sorted; NULL when memory is short. */
static struct found *
collect(struct rest_call *c, const struct gather_part *parts, size_t parts_n,
	size_t *n_out)
{
	struct found *all;
	size_t n = 0;

	for (size_t i = 0; i < parts_n; i++) {
		n += parts[i].n;
		if (parts[i].bytes.failed)
			return NULL;
	}
	all = arena_alloc(&c->arena, (n + 1) * sizeof(*all));
	*n_out = n;
	for (size_t i = 0, k = 0; all && i < parts_n; i++) {
		const char *at = parts[i].bytes.data;

		for (size_t j = 0; j < parts[i].n; j++) {
			struct head head;

			memcpy(&head, at, sizeof(head));
			at += sizeof(head);
			all[k].key = (struct str){at, head.key_len};
			all[k].item = (struct str){at + head.key_len, head.item_len};
			all[k++].n = head.n;
			at += head.key_len + head.item_len;
		}
	}
	if (all && n)
		qsort(all, n, sizeof(*all), compare_found);
	return all;
}

void
page_answer(struct rest_call *c, const struct gather_part *parts, size_t parts_n,
	    void (*write)(struct buf *out, struct str key, uint32_t n))
{
	struct buf body = BUF_INIT;
	size_t n = 0, i = 0, items_n = 0;
	struct found *all = collect(c, parts, parts_n, &n), *last = NULL;

	if (!all) {
		rest_refuse(c, -E_NOMEM);
		return;
	}
	buf_add_str(&body, STR("{\"items\":["));
	while (i < n && items_n < c->limit) {
		last = &all[i++];
		while (i < n && str_eq(all[i].key, last->key))
			last->n += all[i++].n;
		if (items_n++)
			buf_add_char(&body, ',');
		if (write)
			write(&body, last->key, last->n);
		else
			buf_add_str(&body, last->item);
	}
	buf_add_char(&body, ']');
	if (i < n) {
		buf_add_str(&body, STR(",\"cursor\":"));
		json_quote(&body, last->key);
	}
	buf_add_char(&body, '}');
	rest_answer(c, 200, &body);
	buf_fini(&body);
}
