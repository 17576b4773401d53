/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A compiled schema: the tree that schema_compile.c builds and schema.c walks along. */
#ifndef POLICY_SCHEMA_NODE_H
#define POLICY_SCHEMA_NODE_H

#include "policy/schema.h"
#include "proto/json.h" /* before jansson, which has a macro json_is_true */

#include <jansson.h>
#include <regex.h>

enum { SCHEMA_DEPTH_MAX = 64 };

enum {
	SCHEMA_NULL = 1 << 0,
	SCHEMA_BOOLEAN = 1 << 1,
	SCHEMA_INTEGER = 1 << 2,
	SCHEMA_NUMBER = 1 << 3,
	SCHEMA_STRING = 1 << 4,
	SCHEMA_ARRAY = 1 << 5,
	SCHEMA_OBJECT = 1 << 6,
	SCHEMA_TYPES_N = 7
};
extern const char *const schema_type_names[SCHEMA_TYPES_N];

struct schema_bound {  /* of a number */
	json_t *limit; /* NULL: none */
	bool exclusive;
};

struct schema_range { /* of a count */
	uint32_t min, max;
};

struct schema_property {
	struct str name; /* as text, borrowed from the root */
	struct schema_node *node;
};

struct schema_node {
	bool never;                    /* the schema false */
	uint8_t types;                 /* mask; 0: any */
	json_t *allowed;               /* enum, or NULL */
	json_t *constant;              /* const, or NULL */
	struct schema_bound bounds[4]; /* two lower ones, two upper ones */
	struct schema_range length, items_n, properties_n;
	bool has_pattern;
	regex_t pattern;
	const char *pattern_text;
	struct schema_node *items, *additional; /* NULL: anything */
	struct schema_property *properties;
	size_t known_n;
	struct str *required;
	size_t required_n;
};

/* Append a key as it stands in a JSON pointer. Source: RFC 6901 3. */
void schema_spell_key(struct str key, struct buf *out);

struct schema {
	json_t *root; /* keeps the texts and values that nodes borrow */
	struct schema_node *node;
};

#endif
