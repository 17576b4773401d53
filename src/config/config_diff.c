/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_diff.h"

#include "config/config_keys.h"

#include <stdio.h>

enum { KEY_BYTES = 256 };

struct diff {
	config_diff_fn *each;
	void *arg;
};

static void compare(const struct diff *d, enum config_scope scope, const char *prefix,
		    const char *a, const char *b);

static bool
same_texts(const struct config_list *a, const struct config_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static bool
same_rate(const struct config_rate *a, const struct config_rate *b)
{
	return !(a->per_second < b->per_second) && !(a->per_second > b->per_second) &&
	       a->burst == b->burst;
}

/* The array and the length that stand at a list's member. */
struct items {
	const char *at;
	size_t n;
};

static struct items
items_of(const char *member)
{
	struct items items;

	memcpy(&items.at, member, sizeof(items.at));
	memcpy(&items.n, member + sizeof(items.at), sizeof(items.n));
	return items;
}

static bool
same_plugins(const char *a, const char *b)
{
	struct items one = items_of(a), other = items_of(b);
	const struct config_plugin *p = (const void *)one.at, *q = (const void *)other.at;

	if (one.n != other.n)
		return false;
	for (size_t i = 0; i < one.n; i++)
		if (strcmp(p[i].name, q[i].name) != 0 ||
		    strcmp(p[i].text, q[i].text) != 0)
			return false;
	return true;
}

static bool
same_text(const char *a, const char *b)
{
	const char *one, *other;

	memcpy(&one, a, sizeof(one));
	memcpy(&other, b, sizeof(other));
	return strcmp(one, other) == 0;
}

/* a, b: the row's member in each. */
static bool
same_value(const struct config_row *row, const char *a, const char *b)
{
	switch (row->type) {
	case TYPE_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case TYPE_COUNT:
	case TYPE_TIME:
	case TYPE_SECONDS:
	case TYPE_BYTES:
		return memcmp(a, b, sizeof(uint32_t)) == 0;
	case TYPE_CHOICE:
		return memcmp(a, b, sizeof(int)) == 0;
	case TYPE_RATE:
		return same_rate((const void *)a, (const void *)b);
	case TYPE_WORD:
	case TYPE_TEXT:
	case TYPE_SECRET:
		return same_text(a, b);
	case TYPE_TEXTS:
		return same_texts((const void *)a, (const void *)b);
	case TYPE_PLUGINS:
		return same_plugins(a, b);
	case TYPE_REAL: /* inside a rate */
	case TYPE_SECTION:
	case TYPE_ITEMS:
		break;
	}
	return true;
}

static void
compare_items(const struct diff *d, const struct config_row *row, const char *key,
	      const char *a, const char *b)
{
	struct items one = items_of(a), other = items_of(b);
	size_t size = config_keys_size(row->child);
	char prefix[KEY_BYTES + 24]; /* behind the key: the number and dots */

	if (one.n != other.n)
		d->each(d->arg, key, row->flags & RELOADED);
	for (size_t i = 0; i < one.n && i < other.n; i++) {
		snprintf(prefix, sizeof(prefix), "%s.%zu.", key, i);
		compare(d, row->child, prefix, one.at + i * size, other.at + i * size);
	}
}

/* a, b: the structs that the rows of scope fill. */
static void
compare(const struct diff *d, enum config_scope scope, const char *prefix, const char *a,
	const char *b)
{
	for (size_t i = 0; i < config_rows_n; i++) {
		const struct config_row *row = &config_rows[i];
		char key[KEY_BYTES];

		if (row->scope != scope)
			continue;
		snprintf(key, sizeof(key), "%s%s", prefix, row->name);
		if (row->type == TYPE_ITEMS) {
			compare_items(d, row, key, a + row->offset, b + row->offset);
		} else if (row->type == TYPE_SECTION) {
			strncat(key, ".", sizeof(key) - strlen(key) - 1);
			compare(d, row->child, key, a + row->offset, b + row->offset);
		} else if (!same_value(row, a + row->offset, b + row->offset)) {
			d->each(d->arg, key, row->flags & RELOADED);
		}
	}
}

void
config_diff(const struct config *old, const struct config *fresh, config_diff_fn *each,
	    void *arg)
{
	compare(&(struct diff){each, arg}, SCOPE_ROOT, "", (const char *)old,
		(const char *)fresh);
}
