/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What no single row can tell: that names lead somewhere, that two values fit each other,
 * that an address, path or origin is one. Works on a snapshot whose values are each valid,
 * and on its tree for the places of the faults. Pure.
 */
#ifndef CONFIG_CONFIG_CHECK_H
#define CONFIG_CONFIG_CHECK_H

#include "config/config.h"
#include "config/config_report.h"

/* First settle what follows from other values (slashes at the end of paths, transports of
 * plain dialects, message_size of Engine.IO mounts, origins in demo mode), then check.
 * Errors: -E_CONFIG when the report grew, -E_NOMEM. */
int config_check(struct config *config, const struct config_node *root,
		 struct arena *arena, struct config_report *report) MUST_USE;

#endif
