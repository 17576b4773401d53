/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which web pages may talk to a mount. Source: RFC 6454, Fetch "CORS protocol". Pure. */
#ifndef POLICY_ORIGIN_H
#define POLICY_ORIGIN_H

#include "config/config.h"

/* allowed: "*", exact origins ("https://a.example", "http://a.example:8080"), or origins with
 * a star as first label (*.example behind the scheme: any name below example, not example
 * itself). Scheme and host compare without case, ports must agree, a default port is
 * the same as none. Empty list: only the origin (http, https, ws, wss) whose host and port
 * equal the Host header.
 * No Origin header (empty): allowed, the client is not a browser page. "null" (a sandboxed
 * page or a file) must be listed, or everything be allowed by "*". */
bool origin_is_allowed(const struct config_list *allowed, struct str origin,
		       struct str host);

#endif
