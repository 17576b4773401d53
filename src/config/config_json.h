/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plugin's section as JSON text: mappings become objects, lists arrays, plain true, false,
 * null and JSON numbers themselves, an empty value null, everything else a string. Pure.
 */
#ifndef CONFIG_CONFIG_JSON_H
#define CONFIG_CONFIG_JSON_H

#include "config/config_report.h"

/* Append the node's JSON to out; keys that appear twice go to the report. */
void config_json_write(const struct config_node *node, const struct config_path *path,
		       struct config_report *report, struct buf *out);

#endif
