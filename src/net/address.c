/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/address.h"

#include "base/errors.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/un.h>

static const uint8_t v4_in_v6[12] = {[10] = 0xff, [11] = 0xff};

size_t
address_text(const struct address *a, char out[ADDRESS_TEXT_BYTES])
{
	if (a->family == AF_UNIX)
		return (size_t)snprintf(out, ADDRESS_TEXT_BYTES, "unix");
	if (!inet_ntop(a->family, a->bytes, out, ADDRESS_TEXT_BYTES))
		return (size_t)snprintf(out, ADDRESS_TEXT_BYTES, "unknown");
	return strlen(out);
}

struct address
address_from_bytes(int family, const uint8_t *bytes, uint16_t port)
{
	struct address a = {.family = (uint8_t)family, .port = port};

	if (family == AF_INET6 && memcmp(bytes, v4_in_v6, sizeof(v4_in_v6)) == 0) {
		a.family = AF_INET;
		bytes += sizeof(v4_in_v6);
	}
	memcpy(a.bytes, bytes, a.family == AF_INET ? 4 : 16);
	return a;
}

struct address
address_from_sockaddr(const struct sockaddr *sa)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->sa_family == AF_INET)
		return address_from_bytes(AF_INET, (const void *)&in->sin_addr,
					  ntohs(in->sin_port));
	if (sa->sa_family == AF_INET6)
		return address_from_bytes(AF_INET6, in6->sin6_addr.s6_addr,
					  ntohs(in6->sin6_port));
	return (struct address){.family = (uint8_t)sa->sa_family};
}

/* Split "host", "host:port", "[host]" or "[host]:port"; a bare IPv6 address is all host. */
static bool
split_port(struct str text, struct str *host_out, uint64_t *port_out)
{
	const char *colon = text.len ? memrchr(text.ptr, ':', text.len) : NULL;
	const char *bracket = text.len ? memrchr(text.ptr, ']', text.len) : NULL;
	struct str port;

	*port_out = 0;
	*host_out = text;
	if (bracket ? colon && colon > bracket
		    : colon && !memchr(text.ptr, ':', (size_t)(colon - text.ptr))) {
		host_out->len = (size_t)(colon - text.ptr);
		port = str_skip(text, host_out->len + 1);
		if (!str_to_u64(port, 65535, port_out))
			return false;
	}
	if (!bracket)
		return true;
	if (host_out->len < 2 || text.ptr[0] != '[' ||
	    bracket != text.ptr + host_out->len - 1)
		return false;
	*host_out = (struct str){text.ptr + 1, host_out->len - 2};
	return memchr(host_out->ptr, ':', host_out->len) != NULL;
}

int
address_from_text(struct str text, struct address *out)
{
	char zero_terminated[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	struct str host;
	uint64_t port;
	int family;

	if (!split_port(text, &host, &port) || host.len == 0 ||
	    host.len >= sizeof(zero_terminated) || memchr(host.ptr, '\0', host.len))
		return -E_ARGUMENT;
	memcpy(zero_terminated, host.ptr, host.len);
	zero_terminated[host.len] = '\0';
	family = memchr(host.ptr, ':', host.len) ? AF_INET6 : AF_INET;
	if (inet_pton(family, zero_terminated, bytes) != 1)
		return -E_ARGUMENT;
	*out = address_from_bytes(family, bytes, (uint16_t)port);
	return 0;
}

struct str
address_key(const struct address *a)
{
	size_t n = a->family == AF_INET6 ? 8 : 0;

	return (struct str){(const char *)a->bytes, a->family == AF_INET ? 4 : n};
}

static int
unix_path(struct str path, struct sockaddr_storage *out, socklen_t *len_out)
{
	struct sockaddr_un *un = (void *)out;

	if (path.len == 0 || path.len >= sizeof(un->sun_path))
		return -E_ARGUMENT;
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path.ptr, path.len);
	*len_out = sizeof(*un);
	return 0;
}

int
address_to_sockaddr(struct str text, struct sockaddr_storage *out, socklen_t *len_out)
{
	struct sockaddr_in *in = (void *)out;
	struct sockaddr_in6 *in6 = (void *)out;
	const char *colon = text.len ? memrchr(text.ptr, ':', text.len) : NULL;
	char host[64];
	size_t host_len;
	uint64_t port;

	memset(out, 0, sizeof(*out));
	if (str_has_prefix(text, STR("unix:")))
		return unix_path(str_skip(text, 5), out, len_out);
	if (!colon)
		return -E_ARGUMENT;
	host_len = (size_t)(colon - text.ptr);
	if (!str_to_u64(str_skip(text, host_len + 1), 65535, &port) ||
	    host_len >= sizeof(host))
		return -E_ARGUMENT;
	memcpy(host, text.ptr, host_len);
	host[host_len] = '\0';
	if (host_len > 2 && host[0] == '[' && host[host_len - 1] == ']') {
		host[host_len - 1] = '\0';
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		*len_out = sizeof(*in6);
		return inet_pton(AF_INET6, host + 1, &in6->sin6_addr) == 1 ? 0
									   : -E_ARGUMENT;
	}
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	*len_out = sizeof(*in);
	if (strcmp(host, "*") == 0 || strcmp(host, "localhost") == 0) {
		in->sin_addr.s_addr = htonl(host[0] == '*' ? INADDR_ANY
							   : INADDR_LOOPBACK);
		return 0;
	}
	return inet_pton(AF_INET, host, &in->sin_addr) == 1 ? 0 : -E_ARGUMENT;
}
