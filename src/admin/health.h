/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is it alive, is it ready? GET /healthz and /readyz on every listener.
 * Thread: the request's loop.
 */
#ifndef ADMIN_HEALTH_H
#define ADMIN_HEALTH_H

#include "transport/request.h"

/* Route handlers. /readyz answers 503 while its argument, an atomic_bool, is false. */
void health_serve_live(struct request *r);
void health_serve_ready(struct request *r);

#endif
