/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is wrong with a configuration, one line for each fault:
 * "file:line:column: mounts.0.path: expected …". Values of secrets are never handed in here.
 */
#ifndef CONFIG_CONFIG_REPORT_H
#define CONFIG_CONFIG_REPORT_H

#include "base/buf.h"
#include "config/config_node.h"

enum { CONFIG_FAULTS_MAX = 50 }; /* lines; what follows is counted only */

struct config_report {
	struct buf *lines;
	unsigned faults_n;
	bool is_short; /* memory ran out */
};

/* Where in the configuration: the way from the root, linked upwards on the caller's stack. */
struct config_path {
	const struct config_path *up; /* NULL: the root, which has no name */
	struct str name;              /* ptr NULL: item number index */
	uint32_t index;
};

/* Start a line at the place of the node (NULL: none) and the path (NULL: none), then the
 * sentence. */
void config_report_fault(struct config_report *r, const struct config_node *at,
			 const struct config_path *path, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* The same at the name of the node instead of its value. */
void config_report_name(struct config_report *r, const struct config_node *at,
			const struct config_path *path, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* At a line and column (0: none) of a source. */
void config_report_place(struct config_report *r, const char *source, uint64_t line,
			 uint64_t column, const char *format, ...) PRINTF_LIKE(5, 6);

/* Control bytes as \xNN, cut after 60 bytes; then the same in quotes. */
void config_report_add_escaped(struct buf *out, struct str text);
void config_report_add_quoted(struct buf *out, struct str text);

#endif
