/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/client_address.h"

#include "proto/forwarded.h"

/* Our own proxies are the rightmost hops: more than these nobody has. */
enum { HOPS_MAX = 16 };

struct hops {
	struct str ring[HOPS_MAX];
	size_t n;
	bool is_malformed;
};

static void
add_hop(struct hops *h, struct str hop)
{
	h->ring[h->n++ % HOPS_MAX] = hop;
}

static void
add_list(struct hops *h, struct str rest)
{
	while (rest.ptr)
		add_hop(h, str_trim(str_cut(&rest, ',')));
}

static void
add_forwarded(struct hops *h, struct str rest)
{
	struct str node;
	int more;

	while ((more = forwarded_next(&rest, &node)) > 0)
		add_hop(h, node);
	if (more < 0)
		h->is_malformed = true;
}

static struct address
walk(const struct address_set *trusted, const struct address *peer, const struct hops *h)
{
	size_t known = h->n < HOPS_MAX ? h->n : HOPS_MAX;
	struct address at = *peer, next;

	if (h->is_malformed)
		return at;
	for (size_t i = 1; i <= known && address_set_has(trusted, &at); i++) {
		if (address_from_text(h->ring[(h->n - i) % HOPS_MAX], &next))
			break;
		at = next;
	}
	return at;
}

struct address
client_address(const struct address_set *trusted, const struct address *peer,
	       const struct http_head *head)
{
	struct hops list, forwarded;
	struct address a, b;

	if (!trusted || !address_set_has(trusted, peer))
		return *peer;
	list.n = forwarded.n = 0;
	list.is_malformed = forwarded.is_malformed = false;
	for (size_t i = 0; i < head->headers_n; i++) {
		const struct http_header *line = &head->headers[i];

		if (str_eq_nocase(line->name, STR("X-Forwarded-For")))
			add_list(&list, line->value);
		else if (str_eq_nocase(line->name, STR("Forwarded")))
			add_forwarded(&forwarded, line->value);
	}
	if (!list.n && !forwarded.n)
		return *peer;
	a = walk(trusted, peer, &list);
	b = walk(trusted, peer, &forwarded);
	if (!forwarded.n && !forwarded.is_malformed)
		return a;
	if (!list.n)
		return b;
	return a.family == b.family && memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0
		       ? a
		       : *peer;
}
