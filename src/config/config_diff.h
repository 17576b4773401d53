/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a reload changes: two snapshots compared key by key, as the rows of keys.def say.
 * Names only, so no secret comes out. Any thread.
 */
#ifndef CONFIG_CONFIG_DIFF_H
#define CONFIG_CONFIG_DIFF_H

#include "config/config.h"

/* A key whose values differ ("mounts.0.path"), or a list as a whole when its length does.
 * is_reloaded: the new value can be taken over without a restart. key is borrowed. */
typedef void config_diff_fn(void *arg, const char *key, bool is_reloaded);

void config_diff(const struct config *old, const struct config *fresh,
		 config_diff_fn *each, void *arg);

#endif
