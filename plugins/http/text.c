/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <stdlib.h>

void
text_free(struct text *t)
{
	free(t->data);
	*t = (struct text){0};
}

static bool
reserve(struct text *t, size_t n)
{
	size_t cap = t->cap ? t->cap : 256;
	char *data;

	if (t->failed || t->len + n + 1 <= t->cap)
		return !t->failed;
	while (cap < t->len + n + 1)
		cap *= 2;
	data = realloc(t->data, cap);
	if (!data) {
		t->failed = true;
		return false;
	}
	t->data = data;
	t->cap = cap;
	return true;
}

void
text_add(struct text *t, const void *bytes, size_t n)
{
	if (!reserve(t, n))
		return;
	if (n)
		memcpy(t->data + t->len, bytes, n);
	t->len += n;
	t->data[t->len] = '\0';
}

void
text_put(struct text *t, const char *zero_terminated)
{
	text_add(t, zero_terminated, strlen(zero_terminated));
}

void
text_quote(struct text *t, struct tg_str s)
{
	size_t n = tg_json_quote(s, NULL, 0);

	if (n == SIZE_MAX) /* memory was short there */
		t->failed = true;
	if (!reserve(t, n))
		return;
	tg_json_quote(s, t->data + t->len, n + 1);
	t->len += n;
}

static void
name_member(struct text *t, const char *name)
{
	if (t->len && t->data[t->len - 1] != '{')
		text_put(t, ",");
	text_put(t, "\"");
	text_put(t, name);
	text_put(t, "\":");
}

void
text_member(struct text *t, const char *name, struct tg_str value)
{
	name_member(t, name);
	text_quote(t, value);
}

void
text_member_json(struct text *t, const char *name, struct tg_str json)
{
	name_member(t, name);
	text_add(t, json.ptr, json.len);
}
