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

/* family AF_INET or AF_INET6, bytes as many as it has; IPv4 in IPv6 becomes IPv4. */
struct address address_from_bytes(int family, const uint8_t *bytes, uint16_t port);

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80"; port 0 when
 * there is none. Errors: -E_ARGUMENT. */
int address_from_text(struct str text, struct address *out) MUST_USE;

/* What limits count by: an IPv4 address, the /64 network of an IPv6 one (whoever has one of its
 * addresses has them all). Empty for Unix sockets: everybody there is the same, so nobody is
 * counted. Points into a. */
struct str address_key(const struct address *a);

/* "host:port" with a literal IPv4 or bracketed IPv6 host, "*:port" or "unix:/path".
 * Errors: -E_ARGUMENT. */
int address_to_sockaddr(struct str text, struct sockaddr_storage *out,
			socklen_t *len_out) MUST_USE;

#endif
