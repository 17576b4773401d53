/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialect/dialect.h"

#include "proto/json.h"

static const struct dialect *const dialects[] = {
#define D(name) &dialect_##name,
#include "dialect/dialects.def"
#undef D
};

enum { DIALECTS_N = sizeof(dialects) / sizeof(dialects[0]) };

const struct dialect *
dialect_of(enum config_dialect number)
{
	for (size_t i = 0; i < DIALECTS_N; i++)
		if (dialects[i]->number == number)
			return dialects[i];
	return NULL;
}

const struct dialect *
dialect_named(struct str name)
{
	for (size_t i = 0; i < DIALECTS_N; i++)
		if (dialects[i]->number != DIALECT_UNDECIDED &&
		    str_eq(str_from(dialects[i]->name), name))
			return dialects[i];
	return NULL;
}

const struct dialect *
dialect_deciding(struct str type_value)
{
	for (size_t i = 0; i < DIALECTS_N; i++)
		for (const struct verb_row *row = dialects[i]->verbs; row->type; row++)
			if (row->decides &&
			    json_string_is(type_value, str_from(row->type)))
				return dialects[i];
	return NULL;
}

bool
dialect_filters(const struct dialect *d, struct str event, struct str *type_out)
{
	struct str rest = event;

	if (!d->filtered)
		return false;
	*type_out = str_cut(&rest, '.');
	for (const char *const *type = d->filtered; *type; type++)
		if (str_eq(str_from(*type), *type_out))
			return true;
	return false;
}

void
dialect_room(const struct dialect *d, struct str name, struct buf *out)
{
	buf_add_str(out, str_from(d->prefix));
	buf_add_str(out, name);
}
