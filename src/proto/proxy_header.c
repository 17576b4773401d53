/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/proxy_header.h"

#include "base/errors.h"

#include <arpa/inet.h>

/* --- version 1: one line, at most 107 bytes with its end ------------------------------------- */

enum { LINE_BYTES_MAX = 107 };

static bool
read_address(struct str text, int family, uint8_t *out)
{
	char zero_terminated[INET6_ADDRSTRLEN];

	if (text.len == 0 || text.len >= sizeof(zero_terminated) ||
	    memchr(text.ptr, '\0', text.len))
		return false;
	memcpy(zero_terminated, text.ptr, text.len);
	zero_terminated[text.len] = '\0';
	return inet_pton(family, zero_terminated, out) == 1;
}

static bool
read_port(struct str text, uint16_t *out)
{
	uint64_t port;

	if (text.len == 0 || (text.len > 1 && text.ptr[0] == '0') ||
	    !str_to_u64(text, 65535, &port))
		return false;
	*out = (uint16_t)port;
	return true;
}

/* Source: 2.1; exactly one blank between the words, none at the end. */
static int
read_line(struct str line, struct proxy_header *out)
{
	struct str family = str_cut(&line, ' '), from, to, from_port;
	uint8_t ignored_address[16];
	uint16_t ignored_port;
	int af = AF_INET;

	*out = (struct proxy_header){.source = PROXY_SELF};
	if (str_eq(family, STR("UNKNOWN")))
		return 0; /* whatever else the line says */
	out->source = PROXY_IPV4;
	if (str_eq(family, STR("TCP6"))) {
		af = AF_INET6;
		out->source = PROXY_IPV6;
	} else if (!str_eq(family, STR("TCP4"))) {
		return -E_PROXY;
	}
	from = line.ptr ? str_cut(&line, ' ') : line;
	to = line.ptr ? str_cut(&line, ' ') : line;
	from_port = line.ptr ? str_cut(&line, ' ') : line;
	return line.ptr && read_address(from, af, out->address) &&
			       read_address(to, af, ignored_address) &&
			       read_port(from_port, &out->port) &&
			       read_port(line, &ignored_port)
		       ? 0
		       : -E_PROXY;
}

static long
read_text(const char *bytes, size_t n, struct proxy_header *out)
{
	struct str prefix = STR("PROXY ");
	size_t most = n < LINE_BYTES_MAX ? n : LINE_BYTES_MAX;
	const char *cr = memchr(bytes, '\r', most);
	size_t len;

	if (!cr)
		return n < LINE_BYTES_MAX ? 0 : -E_PROXY;
	len = (size_t)(cr - bytes);
	if (len < prefix.len || len + 2 > LINE_BYTES_MAX)
		return -E_PROXY;
	if (len + 1 == n)
		return 0;
	if (cr[1] != '\n' ||
	    read_line((struct str){bytes + prefix.len, len - prefix.len}, out))
		return -E_PROXY;
	return (long)len + 2;
}

/* --- version 2 ---------------------------------------------------------------------------- */

enum { FIXED_BYTES = 16, COMMAND_LOCAL = 0x20, COMMAND_PROXY = 0x21 };

/* Family and transport, and how many bytes of addresses they need. Datagrams have no business
 * on a connection. Source: 2.2. */
static const struct family {
	uint8_t code;
	enum proxy_source source;
	uint16_t bytes, address_bytes;
} families[] = {
	{0x00, PROXY_SELF, 0, 0},
	{0x11, PROXY_IPV4, 12, 4},
	{0x21, PROXY_IPV6, 36, 16},
	{0x31, PROXY_SELF, 216, 0},
};

static const struct family *
find_family(uint8_t code)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (families[i].code == code)
			return &families[i];
	return NULL;
}

static long
read_binary(const uint8_t *bytes, size_t n, struct proxy_header *out)
{
	const struct family *f;
	const uint8_t *rest = bytes + FIXED_BYTES;
	size_t rest_n;

	if (n > 12 && bytes[12] != COMMAND_LOCAL && bytes[12] != COMMAND_PROXY)
		return -E_PROXY;
	if (n < FIXED_BYTES)
		return 0;
	f = find_family(bytes[13]);
	rest_n = (size_t)bytes[14] << 8 | bytes[15];
	if (rest_n > PROXY_REST_BYTES_MAX)
		return -E_PROXY;
	*out = (struct proxy_header){.source = PROXY_SELF};
	if (bytes[12] == COMMAND_PROXY) {
		if (!f || rest_n < f->bytes)
			return -E_PROXY;
		if (n < FIXED_BYTES + rest_n)
			return 0;
		out->source = f->source;
		memcpy(out->address, rest, f->address_bytes);
		/* both addresses, then both ports */
		if (f->address_bytes)
			out->port = (uint16_t)(rest[2 * f->address_bytes] << 8 |
					       rest[2 * f->address_bytes + 1]);
	}
	return n < FIXED_BYTES + rest_n ? 0 : (long)(FIXED_BYTES + rest_n);
}

static bool
begins_like(struct str bytes, struct str signature)
{
	size_t n = bytes.len < signature.len ? bytes.len : signature.len;

	return memcmp(bytes.ptr, signature.ptr, n) == 0;
}

long
proxy_header_read(const char *bytes, size_t n, struct proxy_header *out)
{
	struct str all = {bytes, n};

	if (n == 0)
		return 0;
	if (begins_like(all, STR("PROXY ")))
		return read_text(bytes, n, out);
	if (begins_like(all, STR("\r\n\r\n\0\r\nQUIT\n")))
		return read_binary((const uint8_t *)bytes, n, out);
	return -E_PROXY;
}
