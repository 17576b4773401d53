/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of keys.def as a YAML file for people: every key with its help, default and
 * range. A line that begins with "#" and no blank is a setting: without its "#" it says
 * what holds anyway. examples/tidegate.yaml is this text.
 */
#ifndef CONFIG_CONFIG_SAMPLE_H
#define CONFIG_CONFIG_SAMPLE_H

#include "config/config_keys.h"

/* Append the sample. Errors: out->failed. */
void config_sample(struct buf *out);

/* Append what the sample and the manual page say of a key: its help, what it takes, the
 * defaults that dialects change, its own variable. */
void config_sample_help(const struct config_row *row, struct buf *out);

#endif
