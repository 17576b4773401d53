/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who a request comes from when proxies stand in between. Pure; any thread.
 * Source: RFC 7239 for Forwarded; X-Forwarded-For is its undocumented elder. */
#ifndef TRANSPORT_CLIENT_ADDRESS_H
#define TRANSPORT_CLIENT_ADDRESS_H

#include "net/address_set.h"
#include "proto/http.h"

/* From peer, as long as the address is trusted, one hop back, by X-Forwarded-For or Forwarded:
 * the rightmost address that nobody vouches for. A hop that is no address ends the walk at the
 * proxy that reported it. Where both headers are there and differ one of them is the client's
 * own invention, nobody knows which: then it is the peer. trusted NULL: nobody is. */
struct address client_address(const struct address_set *trusted,
			      const struct address *peer, const struct http_head *head);

#endif
