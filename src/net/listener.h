/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A listening socket of one loop. Every loop has its own on the same port (SO_REUSEPORT), so
 * the kernel spreads connections and no lock is shared. When descriptors run out accepting
 * pauses for 100 ms instead of spinning.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "net/address.h"
#include "net/stream.h"

struct listener;

/* fd is non-blocking and belongs to the callee. */
typedef void listener_accept_fn(void *arg, int fd, const struct address *peer);

/* text as in config_listener.address. For port 0 pass the first loop's listener_port to the
 * others. Errors: -E_ARGUMENT, -E_SYSTEM with errno set. */
int listener_open(struct loop *l, struct str text, uint16_t port,
		  listener_accept_fn *on_accept, void *arg,
		  struct listener **out) MUST_USE;
void listener_close(struct listener *l);
uint16_t listener_port(const struct listener *l); /* 0 for a Unix socket */

#endif
