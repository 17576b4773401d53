/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A namespace on one loop: its sockets and rooms. Exists while it has sockets.
 * Thread: the hub's loop.
 */
#ifndef HUB_NAMESPACE_H
#define HUB_NAMESPACE_H

#include "hub/hub.h"
#include "hub/room.h"

struct namespace
{
	struct hub *hub;
	struct keymap rooms; /* struct room by name */
	struct socket **sockets;
	uint32_t n, cap;
	uint32_t name_len;
	char name[];
};

/* The one of that name, made when it is not there. NULL when memory is short. */
struct namespace *namespace_get(struct hub *h, struct str name) MUST_USE;
/* NULL when it has no socket on this loop. */
struct namespace *namespace_find(struct hub *h, struct str name);

/* Errors: -E_NOMEM. */
int namespace_add(struct namespace *nsp, struct socket *s) MUST_USE;
/* The last one out takes the namespace with it. */
void namespace_remove(struct namespace *nsp, struct socket *s);

/* Frees one that nobody is in (after namespace_get without namespace_add). */
void namespace_release(struct namespace *nsp);

static inline struct str
namespace_name(const struct namespace *nsp)
{
	return (struct str){nsp->name, nsp->name_len};
}

#endif
