/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration before it has types: a tree of texts, mappings and lists, each knowing
 * where it was written, so that a value from the environment or from --set takes the place
 * of one from the file and still can say where it came from. Nodes live in an arena.
 */
#ifndef CONFIG_CONFIG_NODE_H
#define CONFIG_CONFIG_NODE_H

#include "base/arena.h"

enum config_kind { NODE_TEXT, NODE_MAP, NODE_LIST };

struct config_node {
	enum config_kind kind;
	bool is_plain;         /* a text without quotes */
	struct str text;       /* zero-terminated */
	struct str name;       /* in its mapping */
	const char *source;    /* file, variable or option */
	uint32_t line, column; /* from 1; 0: the source has no lines */
	uint32_t name_line, name_column;
	struct config_node *first, *last, *next; /* children, in order; sibling */
	uint32_t children_n;
};

/* NULL when memory is short. The source is borrowed for the tree's life. */
struct config_node *config_node_new(struct arena *arena, enum config_kind kind,
				    const char *source) MUST_USE;

/* A text node with a copy of text; NULL when memory is short. */
struct config_node *config_node_text(struct arena *arena, struct str text, bool is_plain,
				     const char *source) MUST_USE;

/* Put child behind the children of a mapping or list. */
void config_node_add(struct config_node *parent, struct config_node *child);

/* Put child into a mapping in the place of the member of its name, or behind the others. */
void config_node_put(struct config_node *map, struct config_node *child);

/* The member of a mapping (the first of that name), NULL when absent or node is no mapping. */
struct config_node *config_node_find(const struct config_node *node, struct str name);

/* The item of a list, NULL when there are fewer. */
struct config_node *config_node_item(const struct config_node *node, uint32_t index);

/* Nothing was written: an empty text without quotes, as after "key:". */
bool config_node_is_empty(const struct config_node *node);

#endif
