/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest_aim.h"

#include "base/errors.h"
#include "proto/json.h"

/* Members of a publish that say whom it means. The first are lists of names. */
enum {
	ROOMS,
	USERS,
	COMPANIES,
	TOPICS,
	EVENTS,
	NAMES_N,
	ARTIFACTS = NAMES_N,
	EXCEPT,
	VOLATILE,
	MEMBERS_N
};
static const struct str members[MEMBERS_N] = {
	[ROOMS] = STR("rooms"),         [USERS] = STR("users"),
	[COMPANIES] = STR("companies"), [TOPICS] = STR("topics"),
	[EVENTS] = STR("events"),       [ARTIFACTS] = STR("artifacts"),
	[EXCEPT] = STR("except"),       [VOLATILE] = STR("volatile"),
};
/* What the rooms of names begin with. */
static const char *const prefixes[NAMES_N] = {"",
					      "user:", "company:", "topic:", "event:"};

/* list: ptr NULL when there is none. */
static size_t
count(struct str list)
{
	struct json_walk walk = json_walk(list);
	struct str value;
	size_t n = 0;

	while (json_next(&walk, &value))
		n++;
	return n;
}

static struct str
join(struct rest_call *c, const struct str *parts, size_t n)
{
	struct buf text = BUF_INIT;
	struct str copy = {NULL, 0};

	for (size_t i = 0; i < n; i++)
		buf_add_str(&text, parts[i]);
	if (!text.failed)
		copy = arena_copy(&c->arena, buf_str(&text));
	buf_fini(&text);
	return copy;
}

struct str
rest_room(struct rest_call *c, const char *prefix, struct str id)
{
	return join(c, (struct str[]){str_from(prefix), id}, 2);
}

struct str
rest_artifact_room(struct rest_call *c, struct str company, struct str artifact)
{
	return join(c,
		    (struct str[]){STR("company:"), company, STR(":artifact:"), artifact},
		    artifact.len ? 4 : 2);
}

static void
add_list(struct rest_call *c, struct str list, const char *prefix, struct str **at)
{
	struct json_walk walk = json_walk(list);
	struct str value;

	while (json_next(&walk, &value))
		*(*at)++ = *prefix ? rest_room(c, prefix, rest_value_text(c, value))
				   : rest_value_text(c, value);
}

static void
add_artifacts(struct rest_call *c, struct str list, struct str **at)
{
	struct json_walk walk = json_walk(list);
	struct str value;

	while (json_next(&walk, &value))
		*(*at)++ = rest_artifact_room(c, rest_text(c, value, "company"),
					      rest_text(c, value, "artifact"));
}

int
rest_aim(struct rest_call *c, struct str message, struct target *out)
{
	struct str values[MEMBERS_N], *names, *at;
	size_t rooms_n, except_n;

	json_pick(message, members, MEMBERS_N, values);
	rooms_n = count(values[ARTIFACTS]);
	except_n = count(values[EXCEPT]);
	for (size_t i = 0; i < NAMES_N; i++)
		rooms_n += count(values[i]);
	names = at = arena_alloc(&c->arena, (rooms_n + except_n + 1) * sizeof(*names));
	if (!names)
		return -E_NOMEM;
	for (size_t i = 0; i < NAMES_N; i++)
		add_list(c, values[i], prefixes[i], &at);
	add_artifacts(c, values[ARTIFACTS], &at);
	add_list(c, values[EXCEPT], "", &at);
	for (struct str *name = names; name < at; name++)
		if (!name->ptr)
			return -E_NOMEM;
	*out = (struct target){
		.nsp = STR("/"),
		.rooms = names,
		.rooms_n = rooms_n,
		.except = names + rooms_n,
		.except_n = except_n,
		.is_volatile = json_is_true(values[VOLATILE]),
	};
	return 0;
}

int
rest_aim_past_users(struct rest_call *c, struct str message, struct target *to)
{
	/* rest_aim puts the users behind the rooms */
	struct str values[2], *names;
	size_t before_n, users_n, n = 0;

	names = arena_alloc(&c->arena, (to->rooms_n + to->except_n) * sizeof(*names));
	if (!names)
		return -E_NOMEM;
	json_pick(message, &members[ROOMS], 2, values);
	before_n = count(values[0]);
	users_n = count(values[1]);
	for (size_t i = 0; i < to->rooms_n; i++)
		if (i < before_n || i >= before_n + users_n)
			names[n++] = to->rooms[i];
	memcpy(names + n, to->rooms + before_n, users_n * sizeof(*names));
	if (to->except_n)
		memcpy(names + n + users_n, to->except, to->except_n * sizeof(*names));
	to->rooms = names;
	to->rooms_n = n;
	to->except = names + n;
	to->except_n += users_n;
	return 0;
}

struct str
rest_aim_room(struct rest_call *c, struct str message)
{
	struct str list, first;
	struct json_walk walk;

	if (!json_get(message, STR("rooms"), &list))
		return STR("");
	walk = json_walk(list);
	return json_next(&walk, &first) ? rest_value_text(c, first) : STR("");
}
