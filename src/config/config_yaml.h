/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * YAML bytes to a tree of nodes. Takes one document of plain YAML: no anchors, aliases,
 * tags or second document, nothing nested or longer than a configuration needs; what is
 * refused is refused with its line and column. libyaml stays behind this header.
 */
#ifndef CONFIG_CONFIG_YAML_H
#define CONFIG_CONFIG_YAML_H

#include "config/config_report.h"

enum {
	CONFIG_YAML_BYTES_MAX = 1024 * 1024,
	CONFIG_YAML_DEPTH_MAX = 16,
	CONFIG_YAML_NODES_MAX = 10000
};

/* Read text. source is the name in front of each fault and is borrowed for the tree's life.
 * has_lines: nodes remember line and column; not for texts of one line, such as --set values.
 * Returns: 0; *root_out is NULL for a text without content.
 * Errors: -E_CONFIG with one line in the report, -E_NOMEM. */
int config_yaml_read(struct str text, const char *source, bool has_lines,
		     struct arena *arena, struct config_report *report,
		     struct config_node **root_out) MUST_USE;

#endif
