/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: "tidegate [command] [options]" to a struct. Reads nothing but its
 * arguments; texts are borrowed from them. Any thread.
 */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include "base/buf.h"

enum options_command {
	COMMAND_SERVE,
	COMMAND_CHECK_CONFIG,
	COMMAND_SAMPLE_CONFIG,
	COMMAND_TOKEN,
	COMMAND_HELP,
	COMMAND_VERSION
};

struct options {
	enum options_command command;
	const char *config; /* --config, or check-config's argument; NULL: not given */
	const char **sets;  /* --set key=value…; --demo is the first, demo=true */
	size_t sets_n;
	bool demo;

	/* token */
	const char *subject;
	const char **claims; /* --claim name=json… */
	size_t claims_n;
	uint32_t ttl_s;
};

/* Errors: -E_ARGUMENT with one line appended to errors that names the bad word, -E_NOMEM.
 * Owns: the caller calls options_fini, also after an error. */
int options_parse(int argc, char **argv, struct options *out,
		  struct buf *errors) MUST_USE;
void options_fini(struct options *o);

/* What "tidegate help" prints. */
const char *options_usage(void);

#endif
