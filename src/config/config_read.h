/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree to the snapshot: fills every member with its default, then with what the tree
 * says, and reports each key that is unknown, there twice, missing, of a wrong type or out
 * of range. Walks the rows of keys.def; knows no key by name but a mount's dialect.
 */
#ifndef CONFIG_CONFIG_READ_H
#define CONFIG_CONFIG_READ_H

#include "config/config_keys.h"
#include "config/config_report.h"

/* Errors: -E_CONFIG when the report grew, -E_NOMEM. Owns: what config points to lives in the
 * arena, also on failure. */
int config_read(const struct config_node *root, struct arena *arena,
		struct config_report *report, struct config *config) MUST_USE;

/* The dialect a mount's node names; actions when it names none. */
enum config_dialect config_read_dialect(const struct config_node *mount);

#endif
