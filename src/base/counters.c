/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/counters.h"

#include <ctype.h>
#include <pthread.h>
#include <stddef.h>

enum kind { COUNTER, GAUGE };

static const struct {
	const char *name, *help;
	enum kind kind;
} rows[COUNTER_N] = {
#define C(name, kind, help) [COUNTER_##name] = {#name, help, kind},
#include "base/counters.def"
#undef C
};

static char names[COUNTER_N][40];
static pthread_once_t names_once = PTHREAD_ONCE_INIT;

static void
make_names(void)
{
	for (int i = 0; i < COUNTER_N; i++)
		for (size_t j = 0; rows[i].name[j] && j < sizeof(names[i]) - 1; j++)
			names[i][j] = (char)tolower((unsigned char)rows[i].name[j]);
}

const char *
counter_name(enum counter which)
{
	pthread_once(&names_once, make_names);
	return names[which];
}

const char *
counter_help(enum counter which)
{
	return rows[which].help;
}

bool
counter_is_gauge(enum counter which)
{
	return rows[which].kind == GAUGE;
}
