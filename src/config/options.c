/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/options.h"

#include "base/errors.h"
#include "config/config_value.h"

#include <stdlib.h>

static const char usage[] =
	"usage: tidegate [serve] [--config FILE] [--set KEY=VALUE]... [--demo]\n"
	"       tidegate check-config [FILE] [--set KEY=VALUE]... [--demo]\n"
	"       tidegate sample-config\n"
	"       tidegate token --sub USER [--claim NAME=JSON]... [--ttl TIME]\n"
	"                      [--config FILE] [--set KEY=VALUE]... [--demo]\n"
	"       tidegate help | version\n"
	"\n"
	"  --config FILE      configuration to read instead of $TIDEGATE_CONFIG\n"
	"  --set KEY=VALUE    one key over file and environment, such as mounts.0.path=/live\n"
	"  --demo             try-out mode: every origin, a secret made at start\n"
	"  --sub USER         user id of the token\n"
	"  --claim NAME=JSON  another claim of the token, such as companyId='\"c1\"'\n"
	"  --ttl TIME         how long the token is good for, such as 15m [1h]\n"
	"  --help, --version\n"
	"\n"
	"serve is what happens without a command. check-config says what is wrong and ends with\n"
	"status 0 or 1. sample-config prints a commented configuration. token prints one token\n"
	"signed with the configured secret. Manual: tidegate(1), tidegate.yaml(5).\n";

enum { TTL_DEFAULT_S = 3600 };

#define FOR(command) (1U << COMMAND_##command)

enum option_id {
	OPTION_CONFIG,
	OPTION_SET,
	OPTION_DEMO,
	OPTION_SUB,
	OPTION_CLAIM,
	OPTION_TTL,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct option_row {
	const char *name;
	enum option_id id;
	bool has_value;
	unsigned commands; /* that take it */
} rows[] = {
	{"--config", OPTION_CONFIG, true, FOR(SERVE) | FOR(CHECK_CONFIG) | FOR(TOKEN)},
	{"--set", OPTION_SET, true, FOR(SERVE) | FOR(CHECK_CONFIG) | FOR(TOKEN)},
	{"--demo", OPTION_DEMO, false, FOR(SERVE) | FOR(CHECK_CONFIG) | FOR(TOKEN)},
	{"--sub", OPTION_SUB, true, FOR(TOKEN)},
	{"--claim", OPTION_CLAIM, true, FOR(TOKEN)},
	{"--ttl", OPTION_TTL, true, FOR(TOKEN)},
	{"--help", OPTION_HELP, false, ~0U},
	{"-h", OPTION_HELP, false, ~0U},
	{"--version", OPTION_VERSION, false, ~0U},
};

static const char *const commands[] = {
	[COMMAND_SERVE] = "serve",
	[COMMAND_CHECK_CONFIG] = "check-config",
	[COMMAND_SAMPLE_CONFIG] = "sample-config",
	[COMMAND_TOKEN] = "token",
	[COMMAND_HELP] = "help",
	[COMMAND_VERSION] = "version",
};

enum { COMMANDS_N = sizeof(commands) / sizeof(commands[0]) };

const char *
options_usage(void)
{
	return usage;
}

static int
refuse(struct buf *errors, struct str word, const char *why)
{
	buf_printf(errors, "tidegate: %.*s: %s; see tidegate help\n", STR_ARG(word), why);
	return errors->failed ? -E_NOMEM : -E_ARGUMENT;
}

static int
read_command(const char *word, struct options *o, struct buf *errors)
{
	for (int i = 0; i < COMMANDS_N; i++)
		if (strcmp(word, commands[i]) == 0) {
			o->command = (enum options_command)i;
			return 0;
		}
	return refuse(errors, str_from(word), "unknown command");
}

static const struct option_row *
find_option(struct str name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (str_eq(str_from(rows[i].name), name))
			return &rows[i];
	return NULL;
}

static int
read_ttl(const char *value, struct options *o, struct buf *errors)
{
	uint64_t ttl_s;

	if (!config_value_number(TYPE_SECONDS, str_from(value), &ttl_s) || ttl_s == 0 ||
	    ttl_s > UINT32_MAX)
		return refuse(errors, STR("--ttl"), "expected a time such as 15m or 1h");
	o->ttl_s = (uint32_t)ttl_s;
	return 0;
}

static int
take_option(const struct option_row *row, const char *value, struct options *o,
	    struct buf *errors)
{
	switch (row->id) {
	case OPTION_CONFIG:
		if (o->config)
			return refuse(errors, STR("--config"), "expected one file");
		o->config = value;
		return 0;
	case OPTION_SET:
	case OPTION_CLAIM:
		if (*value == '=' || !strchr(value, '='))
			return refuse(errors, str_from(row->name),
				      row->id == OPTION_SET ? "expected KEY=VALUE"
							    : "expected NAME=JSON");
		if (row->id == OPTION_SET)
			o->sets[o->sets_n++] = value;
		else
			o->claims[o->claims_n++] = value;
		return 0;
	case OPTION_DEMO:
		o->demo = true;
		return 0;
	case OPTION_SUB:
		o->subject = value;
		return 0;
	case OPTION_TTL:
		return read_ttl(value, o, errors);
	case OPTION_HELP:
		o->command = COMMAND_HELP;
		return 0;
	case OPTION_VERSION:
		o->command = COMMAND_VERSION;
		return 0;
	}
	return 0;
}

/* One option, as "--name value" or "--name=value"; *at moves on when it took the next word. */
static int
read_option(int argc, char **argv, int *at, struct options *o, struct buf *errors)
{
	struct str rest = str_from(argv[*at]), name = str_cut(&rest, '=');
	const struct option_row *row = find_option(name);
	const char *value = rest.ptr;

	if (!row)
		return refuse(errors, name, "unknown option");
	if (!(row->commands & 1U << o->command))
		return refuse(errors, name, "not an option of this command");
	if (value && !row->has_value)
		return refuse(errors, name, "takes no value");
	if (!value && row->has_value) {
		if (*at + 1 >= argc)
			return refuse(errors, name, "expected a value behind it");
		value = argv[++*at];
	}
	return take_option(row, value, o, errors);
}

/* check-config FILE is the only word that is neither command nor option. */
static int
read_word(const char *word, struct options *o, struct buf *errors)
{
	if (o->command != COMMAND_CHECK_CONFIG || o->config)
		return refuse(errors, str_from(word), "unexpected word");
	o->config = word;
	return 0;
}

int
options_parse(int argc, char **argv, struct options *out, struct buf *errors)
{
	bool has_command = argc > 1 && argv[1][0] != '-';
	int rc = 0;

	*out = (struct options){.ttl_s = TTL_DEFAULT_S};
	/* Never more than there are words, and one more for --demo. */
	out->sets = calloc((size_t)argc + 1, sizeof(*out->sets));
	out->claims = calloc((size_t)argc + 1, sizeof(*out->claims));
	if (!out->sets || !out->claims)
		return -E_NOMEM;
	out->sets[out->sets_n++] = "demo=true";
	if (has_command)
		rc = read_command(argv[1], out, errors);
	for (int i = has_command ? 2 : 1; rc == 0 && i < argc; i++)
		rc = argv[i][0] == '-' ? read_option(argc, argv, &i, out, errors)
				       : read_word(argv[i], out, errors);
	if (rc)
		return rc;
	if (!out->demo)
		memmove(out->sets, out->sets + 1, --out->sets_n * sizeof(*out->sets));
	if (out->command == COMMAND_TOKEN && !out->subject)
		return refuse(errors, STR("token"), "expected --sub USER");
	return 0;
}

void
options_fini(struct options *o)
{
	free(o->sets);
	free(o->claims);
	*o = (struct options){0};
}
