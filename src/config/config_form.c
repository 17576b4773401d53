/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_form.h"

#include <arpa/inet.h>

enum { ADDRESS_BYTES_MAX = 64, UNIX_PATH_BYTES_MAX = 107 };

/* AF_INET, AF_INET6, or 0 when it is no address. */
static int
family_of(struct str s)
{
	char text[ADDRESS_BYTES_MAX];
	unsigned char binary[16];

	if (s.len == 0 || s.len >= sizeof(text) || memchr(s.ptr, '\0', s.len))
		return 0;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	if (inet_pton(AF_INET, text, binary) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, text, binary) == 1 ? AF_INET6 : 0;
}

bool
config_form_is_address(struct str s)
{
	struct str host = s, port;
	size_t colon = s.len;
	uint64_t n;

	if (str_has_prefix(s, STR("unix:/")))
		return s.len > 6 && s.len - 5 <= UNIX_PATH_BYTES_MAX;
	while (colon > 0 && s.ptr[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return false;
	host.len = colon - 1;
	port = str_skip(s, colon);
	if (!str_to_u64(port, 65535, &n))
		return false;
	if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		return family_of((struct str){host.ptr + 1, host.len - 2}) == AF_INET6;
	return family_of(host) == AF_INET;
}

bool
config_form_is_network(struct str s)
{
	struct str rest = s, address = str_cut(&rest, '/');
	int family = family_of(address);
	uint64_t bits;

	if (str_eq(s, STR("unix")))
		return true;
	return family &&
	       (!rest.ptr || str_to_u64(rest, family == AF_INET ? 32 : 128, &bits));
}

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
consists_of(struct str s, const char *others)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_letter_or_digit(s.ptr[i]) &&
		    (s.ptr[i] == '\0' || !strchr(others, s.ptr[i])))
			return false;
	return s.len > 0;
}

bool
config_form_is_path(struct str s)
{
	struct str rest, segment;

	if (s.len == 0 || s.ptr[0] != '/' || !consists_of(s, "/-._~!$&'()*+,;=:@"))
		return false;
	for (rest = str_skip(s, 1); rest.ptr;) {
		segment = str_cut(&rest, '/');
		if (str_eq(segment, STR(".")) || str_eq(segment, STR("..")) ||
		    (segment.len == 0 && rest.ptr))
			return false;
	}
	return true;
}

bool
config_form_is_host(struct str s)
{
	if (s.len > 2 && s.ptr[0] == '[' && s.ptr[s.len - 1] == ']')
		return family_of((struct str){s.ptr + 1, s.len - 2}) == AF_INET6;
	return consists_of(s, "-._");
}

bool
config_form_is_origin(struct str s)
{
	struct str host, port;
	size_t colon;
	uint64_t n;

	if (str_eq(s, STR("*")) || str_eq(s, STR("null")))
		return true;
	for (colon = 0; colon < s.len && s.ptr[colon] != ':'; colon++)
		;
	if (!consists_of((struct str){s.ptr, colon}, "+-.") ||
	    !str_has_prefix(str_skip(s, colon), STR("://")))
		return false;
	host = str_skip(s, colon + 3);
	if (str_has_prefix(host, STR("*.")))
		host = str_skip(host, 2);
	for (colon = host.len; colon > 0 && host.ptr[colon - 1] != ':'; colon--)
		;
	port = str_skip(host, colon);
	if (colon == 0 || (port.len && port.ptr[port.len - 1] == ']'))
		return config_form_is_host(host);
	host.len = colon - 1;
	return str_to_u64(port, 65535, &n) && config_form_is_host(host);
}

bool
config_form_is_token(struct str s)
{
	return consists_of(s, "!#$%&'*+-.^_`|~");
}
