/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers of plugins in /metrics. Added while plugins are loaded, one list afterwards that
 * does not change. Counting is one atomic addition, from any thread, and looks at no list: a
 * plugin may count while the next one is loaded.
 */
#ifndef ACTION_METERS_H
#define ACTION_METERS_H

#include "base/buf.h"

struct meter;
struct tg_host;

struct meters {
	struct meter **items;
	size_t n;
};

/* plugin: its name; name: small letters, digits and _. help lives as long as the meter.
 * Errors: -E_ARGUMENT, -E_DUPLICATE, with a sentence in *why; -E_NOMEM.
 * *id_out: for meters_count, never 0. */
int meters_add(struct meters *m, const struct tg_host *host, struct str plugin,
	       struct str name, const char *help, bool is_gauge, struct buf *why,
	       uint64_t *id_out) MUST_USE;
/* Those of one plugin. */
void meters_remove(struct meters *m, const struct tg_host *host);
void meters_fini(struct meters *m);

/* id: of meters_add; 0 counts nothing. n may be below 0. [any thread] */
void meters_count(uint64_t id, int64_t n);

/* Append them as text for Prometheus: tidegate_plugin_PLUGIN_NAME. [any thread] */
void meters_write(const struct meters *m, struct buf *out);

#endif
