/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading configurations in tests: texts instead of files, a small environment. */
#ifndef TESTS_UNIT_CONFIG_LOAD_H
#define TESTS_UNIT_CONFIG_LOAD_H

#include "config/config.h"

#include <check.h>

/* A key for tokens, so that mounts with auth: token are accepted. */
#define LOAD_SECRET "TIDEGATE_JWT_SECRET=0123456789abcdef0123456789abcdef"

/* Load a file called "t.yaml" with these bytes; the lists end with NULL or are NULL. What
 * went wrong stands in load_errors, which the next load replaces.
 * Returns: what config_load_text returned. */
int load(const char *text, const char *const *environment, const char *const *sets,
	 struct config **config_out);
extern char load_errors[16384];

/* Load text with LOAD_SECRET; the test fails when it is refused. Owns: the caller unrefs. */
struct config *load_good(const char *text);

/* Load text with LOAD_SECRET; it must be refused with exactly these lines. */
void load_bad(const char *text, const char *lines);

/* The same with one --set and one variable, either may be NULL. */
struct config *load_over(const char *text, const char *variable, const char *set);
void load_over_bad(const char *text, const char *variable, const char *set,
		   const char *lines);

#endif
