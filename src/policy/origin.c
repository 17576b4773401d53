/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/origin.h"

#include "base/str.h"

struct parts {
	/* port without colon, empty when it is the default */
	struct str scheme, host, port;
};

/* The colon in front of the port, or NULL: those inside [::1] do not count. */
static const char *
port_colon(struct str authority)
{
	for (size_t i = authority.len; i > 0; i--) {
		char c = authority.ptr[i - 1];

		if (c == ':')
			return authority.ptr + i - 1;
		if (c < '0' || c > '9')
			break;
	}
	return NULL;
}

/* The port that goes without saying: NULL with schemes that no page of ours has. Clients that
 * are no browsers name the WebSocket itself as their origin. */
static const char *
standard_port(struct str scheme)
{
	if (str_eq_nocase(scheme, STR("https")) || str_eq_nocase(scheme, STR("wss")))
		return "443";
	if (str_eq_nocase(scheme, STR("http")) || str_eq_nocase(scheme, STR("ws")))
		return "80";
	return NULL;
}

/* host[:port] of a page that came by this scheme. */
static void
split_authority(struct str scheme, struct str authority, struct parts *out)
{
	const char *colon = port_colon(authority);
	const char *standard = standard_port(scheme);

	*out = (struct parts){.scheme = scheme, .host = authority};
	if (!colon)
		return;
	out->host.len = (size_t)(colon - authority.ptr);
	out->port = str_skip(authority, out->host.len + 1);
	if (standard && str_eq(out->port, str_from(standard)))
		out->port.len = 0;
}

static bool
split_origin(struct str origin, struct parts *out)
{
	const char *mark = origin.len ? memmem(origin.ptr, origin.len, "://", 3) : NULL;
	struct str scheme = {origin.ptr, 0};

	if (!mark)
		return false;
	scheme.len = (size_t)(mark - origin.ptr);
	split_authority(scheme, str_skip(origin, scheme.len + 3), out);
	return scheme.len > 0 && out->host.len > 0;
}

/* Labels and dots only, so that nothing like "evil.example/x.good.example" gets below a
 * name, and no empty label at either end. */
static bool
is_name(struct str s)
{
	if (s.len == 0 || s.ptr[0] == '.' || s.ptr[s.len - 1] == '.')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i], lower = (char)(c | 0x20);

		if ((lower < 'a' || lower > 'z') && (c < '0' || c > '9') && c != '-' &&
		    c != '.' && c != '_')
			return false;
	}
	return true;
}

static bool
host_fits(struct str pattern, struct str host)
{
	struct str suffix, below;

	if (!str_has_prefix(pattern, STR("*.")))
		return str_eq_nocase(pattern, host);
	suffix = str_skip(pattern, 1);
	if (host.len <= suffix.len)
		return false;
	below = (struct str){host.ptr, host.len - suffix.len};
	return is_name(below) && str_eq_nocase(suffix, str_skip(host, below.len));
}

static bool
is_same_host(const struct parts *page, struct str host)
{
	struct parts here;

	if (!standard_port(page->scheme))
		return false;
	split_authority(page->scheme, host, &here);
	return str_eq_nocase(page->host, here.host) && str_eq(page->port, here.port);
}

static bool
entry_fits(struct str entry, struct str origin, const struct parts *page)
{
	struct parts wanted;

	if (!page || !split_origin(entry, &wanted))
		return str_eq(entry, origin);
	return str_eq_nocase(wanted.scheme, page->scheme) &&
	       str_eq(wanted.port, page->port) && host_fits(wanted.host, page->host);
}

bool
origin_is_allowed(const struct config_list *allowed, struct str origin, struct str host)
{
	struct parts parts;
	const struct parts *page = split_origin(origin, &parts) ? &parts : NULL;

	if (origin.len == 0)
		return true;
	if (allowed->n == 0)
		return page && is_same_host(page, host);
	for (size_t i = 0; i < allowed->n; i++) {
		struct str entry = str_from(allowed->items[i]);

		if (str_eq(entry, STR("*")) || entry_fits(entry, origin, page))
			return true;
	}
	return false;
}
