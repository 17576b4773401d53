/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and networks of a configuration, to ask whether an address is among them.
 * Immutable after new; any thread. Source: RFC 4632 3.1, RFC 4291 2.3. */
#ifndef NET_ADDRESS_SET_H
#define NET_ADDRESS_SET_H

#include "config/config.h"
#include "net/address.h"

struct address_set;

/* From texts as in config.trusted_proxies: "10.0.0.0/8", "2001:db8::/32", "::1", "unix" for
 * Unix sockets. Bits behind the prefix do not count. Errors: -E_ARGUMENT, -E_NOMEM.
 * Owns: the caller frees *out. */
int address_set_new(const struct config_list *texts, struct address_set **out) MUST_USE;
void address_set_free(struct address_set *s); /* NULL is allowed */

/* Ports do not count; an IPv4 network holds its addresses in IPv6 clothes, too. */
bool address_set_has(const struct address_set *s, const struct address *a);
bool address_set_is_empty(const struct address_set *s);

#endif
