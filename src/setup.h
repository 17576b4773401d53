/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration that options, environment and file make together. */
#ifndef SETUP_H
#define SETUP_H

#include "base/buf.h"
#include "config/options.h"

struct config;

/* Read it, at start or to reload it. What a demo lacks is made up once and lives as long as the
 * process. Faults are appended to errors, a line each. Errors: -E_CONFIG, -E_NOMEM.
 * Owns: *out holds one reference. Thread: the main thread. */
int setup_config(const struct options *o, struct config **out,
		 struct buf *errors) MUST_USE;

#endif
