/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GET /metrics: every counter of counters.def, added up over the loops, and what the process
 * takes, in the text form of Prometheus. Thread: the request's loop.
 */
#ifndef ADMIN_METRICS_H
#define ADMIN_METRICS_H

#include "base/buf.h"
#include "hub/hub.h"

/* base_bytes: the memory of the process before the first connection. */
void metrics_write(struct buf *out, const struct hubs *hubs, uint64_t base_bytes);

/* Memory of this process that is in RAM, 0 when the system does not tell. */
uint64_t metrics_memory_bytes(void);

#endif
