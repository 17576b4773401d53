/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/permit.h"

static bool
has_or_all(const struct identity *who, enum config_claim claim, struct str name)
{
	return identity_has(who, claim, name) || identity_has(who, claim, STR("*"));
}

static bool
by_rooms_claim(const struct identity *who, struct str room)
{
	struct str item, rest = room, kind = str_cut(&rest, ':');
	size_t at = 0;

	if (has_or_all(who, CLAIM_ROOMS, room))
		return true;
	while (rest.ptr && identity_each(who, CLAIM_ROOMS, &at, &item))
		if (item.len == kind.len + 2 && str_has_prefix(item, kind) &&
		    str_has_suffix(item, STR(":*")))
			return true;
	return false;
}

/* company:C and company:C:artifact:A */
static bool
by_company(const struct identity *who, struct str rest)
{
	struct str company = identity_text(who, CLAIM_COMPANY), own = str_cut(&rest, ':');
	struct str artifact = STR("artifact:");

	if (!company.len || !str_eq(company, own))
		return false;
	if (!rest.ptr)
		return true;
	return str_has_prefix(rest, artifact) &&
	       identity_has(who, CLAIM_ARTIFACTS, str_skip(rest, artifact.len));
}

bool
permit_room(const struct identity *who, struct str room)
{
	static const struct {
		struct str prefix;
		enum config_claim claim;
	} kinds[] = {
		{STR("channel:"), CLAIM_CHANNELS},
		{STR("topic:"), CLAIM_TOPICS},
		{STR("event:"), CLAIM_EVENTS},
	};
	struct str company = STR("company:");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_has_prefix(room, kinds[i].prefix) &&
		    has_or_all(who, kinds[i].claim, str_skip(room, kinds[i].prefix.len)))
			return true;
	if (str_has_prefix(room, company))
		return by_company(who, str_skip(room, company.len));
	return !permit_is_closed(room) && by_rooms_claim(who, room);
}

bool
permit_is_closed(struct str room)
{
	return str_has_prefix(room, STR("user:"));
}

bool
permit_is_peopled(struct str room)
{
	static const struct str others[] = {STR("user:"), STR("company:"), STR("topic:"),
					    STR("event:")};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_has_prefix(room, others[i]))
			return false;
	return true;
}
