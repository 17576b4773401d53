/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of scenes: "<name>" stands for what a variable holds, or, where it is expected and not
 * set yet, for what is found there and kept under that name; "<*>" for anything. Escapes: \n,
 * \r, \xNN, \\, \<.
 */
#ifndef TESTS_SCENES_TEXT_H
#define TESTS_SCENES_TEXT_H

#include "base/buf.h"

struct variables {
	size_t n;
	struct {
		char name[32];
		char *value;
	} items[32];
};

void variables_set(struct variables *v, struct str name, struct str value);
void variables_fini(struct variables *v);

/* Append text with its variables filled in. False when one is not set. */
bool text_fill(const struct variables *v, struct str text, struct buf *out);

/* Is got what is expected? Sets variables that were not. */
bool text_matches(struct variables *v, struct str expected, struct str got);

#endif
