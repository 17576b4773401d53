/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenes/text.h"

#include <stdio.h>
#include <stdlib.h>

static const char *
find(const struct variables *v, struct str name)
{
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(str_from(v->items[i].name), name))
			return v->items[i].value;
	return NULL;
}

void
variables_set(struct variables *v, struct str name, struct str value)
{
	size_t i = 0;

	while (i < v->n && !str_eq(str_from(v->items[i].name), name))
		i++;
	if (i == sizeof(v->items) / sizeof(v->items[0]) ||
	    name.len >= sizeof(v->items[0].name))
		abort();
	if (i < v->n)
		free(v->items[i].value);
	else
		v->n++;
	memcpy(v->items[i].name, name.ptr, name.len);
	v->items[i].name[name.len] = '\0';
	v->items[i].value = str_dup(value);
}

void
variables_fini(struct variables *v)
{
	while (v->n)
		free(v->items[--v->n].value);
}

/* A literal byte, an escape, or a variable; *rest moves behind it. */
struct piece {
	char byte;
	struct str name; /* .ptr NULL: a byte */
};

static struct piece
next_piece(struct str *rest)
{
	struct piece p = {.byte = rest->ptr[0]};
	const char *end = p.byte == '<' ? memchr(rest->ptr, '>', rest->len) : NULL;
	size_t used = 1;
	unsigned byte;

	if (end) {
		p.name = (struct str){rest->ptr + 1, (size_t)(end - rest->ptr) - 1};
		used = p.name.len + 2;
	} else if (p.byte == '\\' && rest->len > 3 && rest->ptr[1] == 'x' &&
		   sscanf(rest->ptr + 2, "%2x", &byte) == 1) {
		p.byte = (char)byte;
		used = 4;
	} else if (p.byte == '\\' && rest->len > 1) {
		p.byte = rest->ptr[1] == 'n'   ? '\n'
			 : rest->ptr[1] == 'r' ? '\r'
					       : rest->ptr[1];
		used = 2;
	}
	*rest = str_skip(*rest, used);
	return p;
}

bool
text_fill(const struct variables *v, struct str text, struct buf *out)
{
	while (text.len) {
		struct piece p = next_piece(&text);
		const char *value = p.name.ptr ? find(v, p.name) : NULL;

		if (p.name.ptr && !value)
			return false;
		if (value)
			buf_add_str(out, str_from(value));
		else
			buf_add_char(out, p.byte);
	}
	return true;
}

/* The shortest text for an open variable after which the rest fits. */
static bool
matches_open(struct variables *v, struct str name, struct str rest, struct str got)
{
	size_t known = v->n;

	for (size_t n = 0; n <= got.len; n++) {
		if (!text_matches(v, rest, str_skip(got, n))) {
			while (v->n > known)
				free(v->items[--v->n].value);
			continue;
		}
		if (!str_eq(name, STR("*")))
			variables_set(v, name, (struct str){got.ptr, n});
		return true;
	}
	return false;
}

bool
text_matches(struct variables *v, struct str expected, struct str got)
{
	while (expected.len) {
		struct piece p = next_piece(&expected);
		struct str value = {&p.byte, 1};

		if (p.name.ptr) {
			value = str_from(find(v, p.name));
			if (!value.ptr)
				return matches_open(v, p.name, expected, got);
		}
		if (!str_has_prefix(got, value))
			return false;
		got = str_skip(got, value.len);
	}
	return got.len == 0;
}
