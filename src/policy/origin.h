/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which web pages may talk to a mount. Source: RFC 6454, Fetch "CORS protocol". Pure. */
#ifndef POLICY_ORIGIN_H
#define POLICY_ORIGIN_H

#include "config/config.h"

/* allowed: "*", exact origins ("https://a.example"), or "https://*.example". Empty list: only
 * the origin whose host and port equal the Host header. No Origin header (empty): allowed,
 * the client is not a browser page. "null" must be listed. */
bool origin_is_allowed(const struct config_list *allowed, struct str origin, struct str host);

#endif
