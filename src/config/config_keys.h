/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of keys.def as a table: what each configuration key is called, takes, and fills.
 * Loader, sample, manual page and tests walk it; nothing else knows a key by name.
 * Constant data; any thread.
 */
#ifndef CONFIG_CONFIG_KEYS_H
#define CONFIG_CONFIG_KEYS_H

#include "config/config.h"

enum config_scope {
	SCOPE_NONE,
	SCOPE_ROOT,
	SCOPE_LOG,
	SCOPE_REDIS,
	SCOPE_API,
	SCOPE_NOTIFICATIONS,
	SCOPE_AUTHORIZE,
	SCOPE_HTTP,
	SCOPE_TOKEN,
	SCOPE_KEY,
	SCOPE_CLAIMS,
	SCOPE_LISTENER,
	SCOPE_MOUNT,
	SCOPE_RATE
};

/* What a key takes, and the member it fills. */
enum config_type {
	TYPE_BOOL,    /* bool */
	TYPE_COUNT,   /* uint32_t */
	TYPE_REAL,    /* double */
	TYPE_TIME,    /* uint32_t, milliseconds */
	TYPE_SECONDS, /* uint32_t, seconds */
	TYPE_BYTES,   /* uint32_t */
	TYPE_RATE,    /* struct config_rate */
	TYPE_CHOICE,  /* an enum */
	TYPE_WORD,    /* char *, "" or one of the words */
	TYPE_TEXT,    /* char * */
	TYPE_SECRET,  /* char *, never printed */
	TYPE_TEXTS,   /* struct config_list */
	TYPE_PLUGINS, /* struct config_plugin *, then size_t */
	TYPE_SECTION, /* members of the scope's own struct, or of one inside it */
	TYPE_ITEMS    /* pointer to an array of the child scope's structs, then size_t */
};

enum config_flags {
	/* A reload takes a new value over; other keys wait for the next start. */
	RELOADED = 1,
	/* Mount keys that only some dialects have: bit 8 + dialect. */
	FOR_ACTIONS = 1 << (8 + DIALECT_ACTIONS),
	FOR_ENGINE = FOR_ACTIONS | 1 << (8 + DIALECT_ENGINE_ECHO),
	FOR_BEATING = 1 << (8 + DIALECT_ROOMS) | 1 << (8 + DIALECT_TOPICS) |
		      1 << (8 + DIALECT_CHANNELS) | 1 << (8 + DIALECT_UNDECIDED),
	FOR_SUBSCRIBERS = 1 << (8 + DIALECT_SCHEDULE) | 1 << (8 + DIALECT_TOPICS) |
			  1 << (8 + DIALECT_UNDECIDED),
	FOR_PLAIN = FOR_SUBSCRIBERS | 1 << (8 + DIALECT_ROOMS) |
		    1 << (8 + DIALECT_CHANNELS),
	FOR_TOPICS = 1 << (8 + DIALECT_TOPICS),
	FOR_ROOMS = 1 << (8 + DIALECT_ROOMS),
	FOR_SCHEDULE = 1 << (8 + DIALECT_SCHEDULE),
	FOR_MASK = ((1 << DIALECT_N) - 1) << 8
};

struct config_row {
	const char *name;
	enum config_scope scope, child;
	enum config_type type;
	unsigned flags;
	size_t offset;        /* of the member in the scope's struct */
	const char *fallback; /* the default as text; NULL: the key must be given */
	const char *words, *min, *max, *env, *help; /* as keys.def says */
};

struct config_item { /* one member of the lists that are used when none is given */
	const char *list;
	uint32_t index;
	const char *name, *value;
};

extern const struct config_row config_rows[];
extern const size_t config_rows_n;
extern const struct config_item config_items[];
extern const size_t config_items_n;

/* The row called name in scope, NULL when there is none. */
const struct config_row *config_keys_find(enum config_scope scope, struct str name);

/* The scope that a row's mapping value has members of (a rate has its own), or SCOPE_NONE. */
enum config_scope config_keys_inner(const struct config_row *row);

/* Bytes of the struct that the rows of a list's scope fill. */
size_t config_keys_size(enum config_scope scope);

/* The row's default in mounts of this dialect; NULL when the key must be given. */
const char *config_keys_default(const struct config_row *row,
				enum config_dialect dialect);

/* Does a mount of this dialect have the key? True for rows outside of mounts. */
bool config_keys_is_for(const struct config_row *row, enum config_dialect dialect);

/* The place of word in a list of words separated by blanks, -1 when it is not there. */
int config_keys_word(const char *words, struct str word);

/* The name in scope that somebody who wrote name most likely meant, or NULL. */
const char *config_keys_nearest(enum config_scope scope, struct str name);

/* How many single-letter edits (swaps of neighbours included) make b of a. Texts above 40
 * bytes are as far as 40 edits. */
unsigned config_keys_distance(struct str a, struct str b);

#endif
