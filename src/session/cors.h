/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which pages may call a mount, and how browsers are told. Thread: the request's loop.
 * Source: Fetch, "CORS protocol"; answers as the cors package gives them for Socket.IO.
 */
#ifndef SESSION_CORS_H
#define SESSION_CORS_H

#include "transport/request.h"

struct config_mount;

/* Adds the headers that every answer of the mount carries to r->headers. False when the Origin
 * is not allowed: nothing was answered. */
bool cors_check(const struct config_mount *mount, struct request *r);

/* Answers a preflight (OPTIONS), after cors_check. */
void cors_preflight(struct request *r);

#endif
