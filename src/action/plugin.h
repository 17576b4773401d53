/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plugins themselves: found in a directory, checked, opened, initialised in the order of
 * their names, closed in reverse. One that cannot be used is refused with one line.
 * Thread: main, at start and at the end.
 */
#ifndef ACTION_PLUGIN_H
#define ACTION_PLUGIN_H

#include "action/actions.h"

/* One plugin: what its calls to the API come with. */
struct tg_host {
	struct actions *all;
	const struct tg_plugin *plugin;
	void *object; /* of dlopen */
	char *name;   /* of its file, without ".so" */
	bool is_in_init;
	bool is_at_fault; /* why tells */
	struct buf why;   /* the first fault of its init */
};

struct plugins;

/* Every "*.so" of the directory (empty: none). A refusal is one line in the log. NULL when
 * memory is short. */
struct plugins *plugins_load(struct actions *a, const char *directory) MUST_USE;

/* fini and close, last first. NULL is allowed. */
void plugins_unload(struct plugins *p);

/* How many are loaded. */
size_t plugins_n(const struct plugins *p);

#endif
