/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A growing text: additions are chained, failed is looked at once, at the end. One owner. */
#ifndef HTTP_TEXT_H
#define HTTP_TEXT_H

#include <tidegate/plugin.h>

struct text {
	char *data; /* zero-terminated when not empty */
	size_t len, cap;
	bool failed; /* memory was short: the contents are incomplete */
};

void text_free(struct text *t);
void text_add(struct text *t, const void *bytes, size_t n);
void text_put(struct text *t, const char *zero_terminated);
/* As a JSON string, with its quotes. */
void text_quote(struct text *t, struct tg_str s);
/* "name":"value", with a comma in front unless it follows a brace. */
void text_member(struct text *t, const char *name, struct tg_str value);
/* The same with a value that is JSON. */
void text_member_json(struct text *t, const char *name, struct tg_str json);

#endif
