/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/address_set.h"

#include "base/errors.h"

#include <stdlib.h>

struct network {
	struct address address;
	unsigned bits;
};

struct address_set {
	size_t n;
	struct network networks[];
};

static unsigned
bits_of(uint8_t family)
{
	return family == AF_INET ? 32 : family == AF_INET6 ? 128 : 0;
}

static int
read_network(struct str text, struct network *out)
{
	struct str rest = text, host = str_cut(&rest, '/');
	uint64_t bits;
	unsigned most;
	int error;

	if (str_eq(text, STR("unix"))) {
		*out = (struct network){.address.family = AF_UNIX};
		return 0;
	}
	error = address_from_text(host, &out->address);
	if (error)
		return error;
	/* ::ffff:10.0.0.0/104 is written in IPv6 and kept as the 10.0.0.0/8 that it means */
	most = memchr(host.ptr, ':', host.len) ? 128 : 32;
	bits = most;
	if (rest.ptr && !str_to_u64(rest, most, &bits))
		return -E_ARGUMENT;
	if (most > bits_of(out->address.family)) {
		if (bits < 96)
			return -E_ARGUMENT;
		bits -= 96;
	}
	out->bits = (unsigned)bits;
	return 0;
}

int
address_set_new(const struct config_list *texts, struct address_set **out)
{
	struct address_set *s = calloc(1, sizeof(*s) + texts->n * sizeof(s->networks[0]));
	int error = 0;

	if (!s)
		return -E_NOMEM;
	for (; !error && s->n < texts->n; s->n++)
		error = read_network(str_from(texts->items[s->n]), &s->networks[s->n]);
	if (error)
		free(s);
	else
		*out = s;
	return error;
}

void
address_set_free(struct address_set *s)
{
	free(s);
}

static bool
holds(const struct network *n, const struct address *a)
{
	unsigned bytes = n->bits / 8, bits = n->bits % 8;

	if (n->address.family != a->family ||
	    memcmp(n->address.bytes, a->bytes, bytes) != 0)
		return false;
	return bits == 0 ||
	       (n->address.bytes[bytes] ^ a->bytes[bytes]) >> (8 - bits) == 0;
}

bool
address_set_has(const struct address_set *s, const struct address *a)
{
	for (size_t i = 0; i < s->n; i++)
		if (holds(&s->networks[i], a))
			return true;
	return false;
}

bool
address_set_is_empty(const struct address_set *s)
{
	return s->n == 0;
}
