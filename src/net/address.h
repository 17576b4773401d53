/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network addresses in 20 bytes. Pure; any thread. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/str.h"

#include <sys/socket.h>

struct address {
	uint8_t bytes[16];
	uint16_t port;
	uint8_t family; /* AF_INET, AF_INET6, AF_UNIX (nothing else known of it) */
};

enum { ADDRESS_TEXT_BYTES = 48 };

/* "127.0.0.1", "::1", "unix"; IPv4 in IPv6 prints as IPv4. Zero-terminated; its length. */
size_t address_text(const struct address *a, char out[ADDRESS_TEXT_BYTES]);

struct address address_from_sockaddr(const struct sockaddr *sa);

/* "host:port" with a literal IPv4 or bracketed IPv6 host, "*:port" or "unix:/path".
 * Errors: -E_ARGUMENT. */
int address_to_sockaddr(struct str text, struct sockaddr_storage *out, socklen_t *len_out) MUST_USE;

#endif
