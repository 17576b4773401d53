/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/config/load.h"

#include "base/errors.h"

#include <stdlib.h>

char load_errors[16384];

int
load(const char *text, const char *const *environment, const char *const *sets,
     struct config **config_out)
{
	char *variables[16] = {NULL};
	struct config_source source = {
		.file = "t.yaml", .environment = variables, .sets = sets};
	struct buf errors = BUF_INIT;
	size_t n = 0;
	int rc;

	for (; environment && environment[n]; n++)
		variables[n] = str_dup(str_from(environment[n]));
	while (sets && sets[source.sets_n])
		source.sets_n++;
	rc = config_load_text(&source, str_from(text), config_out, &errors);
	ck_assert_uint_lt(errors.len, sizeof(load_errors));
	if (errors.len)
		memcpy(load_errors, errors.data, errors.len);
	load_errors[errors.len] = '\0';
	ck_assert_int_eq(rc == 0, *config_out != NULL);
	ck_assert_int_eq(rc == 0, errors.len == 0);
	buf_fini(&errors);
	while (n)
		free(variables[--n]);
	return rc;
}

struct config *
load_over(const char *text, const char *variable, const char *set)
{
	const char *environment[] = {LOAD_SECRET, variable, NULL};
	const char *sets[] = {set, NULL};
	struct config *c;
	int rc = load(text, environment, sets, &c);

	ck_assert_msg(rc == 0, "refused: %s", load_errors);
	return c;
}

void
load_over_bad(const char *text, const char *variable, const char *set, const char *lines)
{
	const char *environment[] = {LOAD_SECRET, variable, NULL};
	const char *sets[] = {set, NULL};
	struct config *c;

	ck_assert_int_eq(load(text, environment, sets, &c), -E_CONFIG);
	ck_assert_str_eq(load_errors, lines);
}

struct config *
load_good(const char *text)
{
	return load_over(text, NULL, NULL);
}

void
load_bad(const char *text, const char *lines)
{
	load_over_bad(text, NULL, NULL, lines);
}
