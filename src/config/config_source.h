/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes over the file: lists that nobody gave, environment variables, --set options.
 * Each is put into the tree under its dotted key (mounts.0.path), so the one reader checks
 * it like a value of the file and reports it by the name of the variable or option.
 */
#ifndef CONFIG_CONFIG_SOURCE_H
#define CONFIG_CONFIG_SOURCE_H

#include "config/config_keys.h"
#include "config/config_report.h"

/* Lists that the root mapping has not get their default items. Errors: -E_NOMEM. */
int config_source_defaults(struct config_node *root, struct arena *arena,
			   struct config_report *report) MUST_USE;

/* REDIS_URL and TIDEGATE_… variables, then sets, then MAX_CONNECTIONS_PER_USER and
 * WS_HEARTBEAT_INTERVAL for mounts where none of those spoke.
 * Errors: -E_CONFIG when the report grew, -E_NOMEM. */
int config_source_apply(const struct config_source *source, struct config_node *root,
			struct arena *arena, struct config_report *report) MUST_USE;

/* The dotted key that an environment variable sets. False when it sets none. */
bool config_source_key(struct str variable, struct buf *key_out) MUST_USE;

#endif
