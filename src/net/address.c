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
address_from_sockaddr(const struct sockaddr *sa)
{
	struct address a = {.family = (uint8_t)sa->sa_family};

	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		memcpy(a.bytes, &in->sin_addr, 4);
		a.port = ntohs(in->sin_port);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		memcpy(a.bytes, &in6->sin6_addr, 16);
		a.port = ntohs(in6->sin6_port);
		if (memcmp(a.bytes, v4_in_v6, sizeof(v4_in_v6)) == 0) {
			a.family = AF_INET;
			memmove(a.bytes, a.bytes + 12, 4);
			memset(a.bytes + 4, 0, 12);
		}
	}
	return a;
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
	if (!str_to_u64(str_skip(text, host_len + 1), 65535, &port) || host_len >= sizeof(host))
		return -E_ARGUMENT;
	memcpy(host, text.ptr, host_len);
	host[host_len] = '\0';
	if (host_len > 2 && host[0] == '[' && host[host_len - 1] == ']') {
		host[host_len - 1] = '\0';
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		*len_out = sizeof(*in6);
		return inet_pton(AF_INET6, host + 1, &in6->sin6_addr) == 1 ? 0 : -E_ARGUMENT;
	}
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	*len_out = sizeof(*in);
	if (strcmp(host, "*") == 0 || strcmp(host, "localhost") == 0) {
		in->sin_addr.s_addr = htonl(host[0] == '*' ? INADDR_ANY : INADDR_LOOPBACK);
		return 0;
	}
	return inet_pton(AF_INET, host, &in->sin_addr) == 1 ? 0 : -E_ARGUMENT;
}
