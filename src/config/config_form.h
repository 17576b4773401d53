/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms of texts that a configuration holds: addresses, paths, origins. Pure. */
#ifndef CONFIG_CONFIG_FORM_H
#define CONFIG_CONFIG_FORM_H

#include "base/str.h"

/* "0.0.0.0:8000", "[::1]:8000" (port 0 to 65535) or "unix:/path". Source: net(7) addresses. */
bool config_form_is_address(struct str s);

/* An IPv4 or IPv6 address, perhaps with "/" and the length of its prefix; or "unix". */
bool config_form_is_network(struct str s);

/* A path of the letters that need no escape (RFC 3986 3.3), no empty, "." or ".." segment but
 * one empty one at the end. */
bool config_form_is_path(struct str s);

/* A registered name or address as it stands in Host, without a port. */
bool config_form_is_host(struct str s);

/* "*", "null", "https://a.example", "https://a.example:8443", or one with "*." in front of
 * its host. */
bool config_form_is_origin(struct str s);

/* A token of RFC 9110 5.6.2, as the name of a cookie is one. */
bool config_form_is_token(struct str s);

#endif
