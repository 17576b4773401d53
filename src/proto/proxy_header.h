/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PROXY protocol, versions 1 (text) and 2 (binary): whom a proxy speaks for. Read before
 * any other byte of a connection. Pure; any thread.
 * Source: "The PROXY protocol, versions 1 & 2", haproxy.org. */
#ifndef PROTO_PROXY_HEADER_H
#define PROTO_PROXY_HEADER_H

#include "base/str.h"

enum proxy_source {
	PROXY_SELF, /* LOCAL, UNKNOWN, Unix socket: take the address of the connection itself */
	PROXY_IPV4,
	PROXY_IPV6
};

struct proxy_header {
	enum proxy_source source;
	uint8_t address[16]; /* 4 of them for IPv4 */
	uint16_t port;
};

/* What follows the first 16 bytes of version 2 (addresses and extensions, which are skipped)
 * may not be longer. */
enum { PROXY_REST_BYTES_MAX = 4096 };

/* Bytes of the header, 0: feed more (all of them again). A wrong byte is refused at once.
 * Errors: -E_PROXY. */
long proxy_header_read(const char *bytes, size_t n, struct proxy_header *out) MUST_USE;

#endif
