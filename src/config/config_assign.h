/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One text into the tree under a dotted key: "mounts.0.path", "token.secret",
 * "plugins.echo.greeting". Takes the place of what is there; makes the mappings on the way.
 * Texts stay texts; lists of texts are split at commas; where only YAML can say it
 * (sections, lists of mappings, what belongs to plugins) the text is read as YAML.
 */
#ifndef CONFIG_CONFIG_ASSIGN_H
#define CONFIG_CONFIG_ASSIGN_H

#include "config/config_keys.h"
#include "config/config_report.h"

struct config_assign {
	struct config_node *root;
	struct arena *arena;
	struct config_report *report;
	/* what the user wrote the value in; lives as long as the tree */
	const char *label;
	struct str key; /* the whole dotted key */
	int rc;         /* -E_NOMEM once memory ran out */
};

/* Put value under a->key. What is wrong with the key goes to the report; what is wrong with
 * the value is found when the tree is read. */
void config_assign(struct config_assign *a, struct str value);

/* Put value under name into a mapping, as the row (NULL: free YAML) wants it. */
void config_assign_member(struct config_assign *a, struct config_node *map,
			  struct str name, const struct config_row *row,
			  struct str value);

/* Report: why stands behind the key, then, when word is not NULL, the word and "?". */
void config_assign_refuse(struct config_assign *a, const char *why, const char *word);

#endif
