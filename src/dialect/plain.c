/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialect/plain.h"

/* --- reading ----------------------------------------------------------------------------- */

/* The first name of a path; *rest_out is what follows its dot, NULL when it is the last. */
static struct str
first_name(const char *path, const char **rest_out)
{
	const char *dot = strchr(path, '.');

	*rest_out = dot ? dot + 1 : NULL;
	return dot ? (struct str){path, (size_t)(dot - path)} : str_from(path);
}

/* What the paths lead to in an object, of which the members may be known as top; ptr NULL where
 * nothing is. One walk for each object, where those that lead into the same one stand side by
 * side. */
static void
find_all(const struct json_members *top, struct str object, const char *const *paths,
	 size_t n, struct str *values_out)
{
	struct str names[VERB_MEMBERS_MAX];
	const char *rest[VERB_MEMBERS_MAX];

	for (size_t i = 0; i < n; i++)
		names[i] = first_name(paths[i], &rest[i]);
	if (top)
		json_members_pick(top, names, n, values_out);
	else
		json_pick(object, names, n, values_out);
	for (size_t i = 0, next; i < n; i = next) {
		next = i + 1;
		if (!rest[i])
			continue;
		while (next < n && rest[next] && str_eq(names[next], names[i]))
			next++;
		find_all(NULL, values_out[i], rest + i, next - i, values_out + i);
	}
}

static bool
is_integer(struct str value)
{
	int64_t n;

	return json_to_i64(value, &n);
}

static bool
is_date(struct str value)
{
	static const char pattern[] = "\"0000-00-00";

	if (json_kind(value) != JSON_STRING_KIND || value.len < sizeof(pattern) - 1)
		return false;
	for (size_t i = 0; i < sizeof(pattern) - 1; i++)
		if (pattern[i] == '0' ? value.ptr[i] < '0' || value.ptr[i] > '9'
				      : value.ptr[i] != pattern[i])
			return false;
	return true;
}

static bool
fits(struct str value, unsigned kinds)
{
	struct json_walk walk;
	struct str item;
	size_t n = 0;

	switch (json_kind(value)) {
	case JSON_STRING_KIND:
		return kinds & IS_STRING || (kinds & IS_TEXT && value.len > 2) ||
		       (kinds & IS_DATE && is_date(value));
	case JSON_NUMBER:
		return kinds & IS_NUMBER && is_integer(value);
	case JSON_BOOL:
		return kinds & IS_BOOL;
	case JSON_NULL_KIND:
		return kinds & IS_NULL;
	case JSON_OBJECT_KIND:
		return kinds & IS_OBJECT;
	case JSON_ARRAY_KIND:
		walk = json_walk(value);
		while (kinds & IS_IDS && json_next(&walk, &item)) {
			if (!fits(item, IS_ID))
				return false;
			n++;
		}
		return n > 0;
	case JSON_INVALID:
		break;
	}
	return false;
}

static int
read_members(const struct verb_row *row, const struct json_members *top, struct verb *out)
{
	const char *paths[VERB_MEMBERS_MAX];
	struct str values[VERB_MEMBERS_MAX];
	size_t n = 0;

	while (n < VERB_MEMBERS_MAX && row->members[n].path) {
		paths[n] = row->members[n].path;
		n++;
	}
	find_all(top, top->object, paths, n, values);
	for (size_t i = 0; i < n; i++) {
		const struct member_row *m = &row->members[i];

		out->where = m->path;
		if (values[i].ptr && !fits(values[i], m->kinds))
			return -E_INVALID_MESSAGE;
		if (!values[i].ptr && m->is_required)
			return m->missing ? -m->missing : -E_INVALID_MESSAGE;
		if (values[i].ptr)
			out->slots[m->slot] = values[i];
	}
	out->where = NULL;
	return 0;
}

int
plain_read(const struct dialect *d, struct str text, const struct json_limits *limits,
	   struct verb *out)
{
	static const struct str names[] = {{"type", 4}, {"action", 6}};
	struct json_members top;
	struct str values[2];
	bool knows_type = false;

	*out = (struct verb){.kind = VERB_ANY};
	if (json_check_members(text, limits, 0, &top))
		return -E_JSON_SYNTAX;
	out->where = "type";
	json_members_pick(&top, names, 2, values);
	out->type = values[0];
	if (json_kind(out->type) != JSON_STRING_KIND)
		return -E_INVALID_MESSAGE;
	for (const struct verb_row *row = d->verbs; row->type; row++) {
		if (!json_string_is(out->type, str_from(row->type)))
			continue;
		knows_type = true;
		if (row->action && !json_string_is(values[1], str_from(row->action)))
			continue;
		out->kind = row->kind;
		return read_members(row, &top, out);
	}
	out->where = knows_type ? "action" : "type";
	return knows_type ? -E_INVALID_MESSAGE : -E_UNKNOWN_TYPE;
}

struct str
plain_value_text(struct str value, struct arena *a)
{
	struct buf plain = BUF_INIT;
	struct str text = {NULL, 0};

	if (!value.ptr || json_kind(value) != JSON_STRING_KIND)
		return value;
	if (json_borrow_string(value, &text))
		return text;
	json_unescape(value, &plain);
	if (!plain.failed)
		text = arena_copy(a, buf_str(&plain));
	buf_fini(&plain);
	return text;
}

struct str
plain_text(const struct verb *v, enum verb_slot slot, struct arena *a)
{
	return plain_value_text(v->slots[slot], a);
}

/* --- writing ----------------------------------------------------------------------------- */

void
plain_write_event(const struct dialect *d, const struct words *words, struct buf *out)
{
	const char *shape = d->general;
	struct words all = *words;

	if (!all.data.len)
		all.data = STR("{}");
	for (const struct event_row *row = d->events; row->name; row++)
		if (str_eq(str_from(row->name), words->event))
			shape = row->shape;
	template_write(shape, &all, out);
}

bool
plain_write_reply(const struct dialect *d, enum reply reply, const struct words *words,
		  struct buf *out)
{
	if (!d->replies[reply])
		return false;
	template_write(d->replies[reply], words, out);
	return true;
}

/* The row for both, else for the error, else for the error that stands for all others. */
static const struct fault_row *
find_fault(const struct dialect *d, int error, enum verb_kind verb)
{
	const struct fault_row *found = NULL, *last = NULL;

	for (const struct fault_row *row = d->faults; row->error; row++) {
		if (row->error == E_INTERNAL_ERROR && row->verb == VERB_ANY)
			last = row;
		if (row->error != error)
			continue;
		if (row->verb == verb)
			return row;
		if (row->verb == VERB_ANY)
			found = row;
	}
	return found ? found : last;
}

int
plain_write_error(const struct dialect *d, int error, enum verb_kind verb,
		  const struct words *words, struct buf *out)
{
	const struct fault_row *row = find_fault(d, error < 0 ? -error : error, verb);
	struct words all = *words;

	all.code = str_from(row->code);
	all.message = str_from(row->message);
	all.second = str_from(row->second);
	all.details = str_from(row->details);
	if (all.details.len)
		all.where = (struct str){NULL, 0};
	template_write(d->error, &all, out);
	return row->close;
}
