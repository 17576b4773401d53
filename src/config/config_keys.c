/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_keys.h"

#define STRUCT_ROOT struct config
#define STRUCT_LOG struct config
#define STRUCT_REDIS struct config
#define STRUCT_API struct config
#define STRUCT_NOTIFICATIONS struct config
#define STRUCT_AUTHORIZE struct config_authorize
#define STRUCT_HTTP struct config_http
#define STRUCT_TOKEN struct config_token
#define STRUCT_CLAIMS struct config_token
#define STRUCT_KEY struct config_key
#define STRUCT_LISTENER struct config_listener
#define STRUCT_MOUNT struct config_mount
#define STRUCT_RATE struct config_rate

#define MEMBER_BOOL bool
#define MEMBER_COUNT uint32_t
#define MEMBER_REAL double
#define MEMBER_TIME uint32_t
#define MEMBER_SECONDS uint32_t
#define MEMBER_BYTES uint32_t
#define MEMBER_RATE struct config_rate
#define MEMBER_CHOICE int
#define MEMBER_WORD char *
#define MEMBER_TEXT char *
#define MEMBER_SECRET char *
#define MEMBER_TEXTS struct config_list
#define MEMBER_PLUGINS struct config_plugin *

/* A row whose type does not fill its member as wide as it is, and a list whose length does not
 * follow its pointer, do not compile. */
#define K(scope_, name_, type_, member_, ...)                                            \
	_Static_assert(sizeof(((STRUCT_##scope_ *)0)->member_) ==                        \
			       sizeof(MEMBER_##type_),                                   \
		       #name_ " fits its member");
#define S(...)
#define L(scope_, name_, child_, member_, flags_, help_)                                 \
	_Static_assert(offsetof(STRUCT_##scope_, member_##_n) ==                         \
			       offsetof(STRUCT_##scope_, member_) + sizeof(void *),      \
		       #name_ " has its length behind it");
#include "config/keys.def"
#undef K
#undef S
#undef L
_Static_assert(offsetof(struct config, plugins_n) ==
		       offsetof(struct config, plugins) + sizeof(void *),
	       "plugins have their number behind them");

const struct config_row config_rows[] = {
#define K(scope_, name_, type_, member_, flags_, fallback_, words_, min_, max_, env_,    \
	  help_)                                                                         \
	{.name = #name_,                                                                 \
	 .scope = SCOPE_##scope_,                                                        \
	 .type = TYPE_##type_,                                                           \
	 .flags = flags_,                                                                \
	 .offset = offsetof(STRUCT_##scope_, member_),                                   \
	 .fallback = fallback_,                                                          \
	 .words = words_,                                                                \
	 .min = min_,                                                                    \
	 .max = max_,                                                                    \
	 .env = env_,                                                                    \
	 .help = help_},
#define S(scope_, name_, child_, offset_, help_)                                         \
	{.name = #name_,                                                                 \
	 .scope = SCOPE_##scope_,                                                        \
	 .child = SCOPE_##child_,                                                        \
	 .type = TYPE_SECTION,                                                           \
	 .offset = offset_,                                                              \
	 .fallback = "",                                                                 \
	 .help = help_},
#define L(scope_, name_, child_, member_, flags_, help_)                                 \
	{.name = #name_,                                                                 \
	 .scope = SCOPE_##scope_,                                                        \
	 .child = SCOPE_##child_,                                                        \
	 .type = TYPE_ITEMS,                                                             \
	 .flags = flags_,                                                                \
	 .offset = offsetof(STRUCT_##scope_, member_),                                   \
	 .fallback = "",                                                                 \
	 .help = help_},
#include "config/keys.def"
#undef K
#undef S
#undef L
};
const size_t config_rows_n = sizeof(config_rows) / sizeof(config_rows[0]);

const struct config_item config_items[] = {
#define I(list_, index_, name_, value_) {#list_, index_, #name_, value_},
#include "config/keys.def"
#undef I
};
const size_t config_items_n = sizeof(config_items) / sizeof(config_items[0]);

static const struct {
	enum config_dialect dialect;
	const char *name, *fallback;
} dialect_defaults[] = {
#define D(dialect_, name_, fallback_) {DIALECT_##dialect_, #name_, fallback_},
#include "config/keys.def"
#undef D
};

enum { NAME_BYTES_MAX = 40 };

const struct config_row *
config_keys_find(enum config_scope scope, struct str name)
{
	for (size_t i = 0; i < config_rows_n; i++)
		if (config_rows[i].scope == scope &&
		    str_eq(str_from(config_rows[i].name), name))
			return &config_rows[i];
	return NULL;
}

enum config_scope
config_keys_inner(const struct config_row *row)
{
	return row->type == TYPE_RATE ? SCOPE_RATE : row->child;
}

size_t
config_keys_size(enum config_scope scope)
{
	switch (scope) {
	case SCOPE_KEY:
		return sizeof(struct config_key);
	case SCOPE_LISTENER:
		return sizeof(struct config_listener);
	default:
		return sizeof(struct config_mount);
	}
}

const char *
config_keys_default(const struct config_row *row, enum config_dialect dialect)
{
	for (size_t i = 0; row->scope == SCOPE_MOUNT &&
			   i < sizeof(dialect_defaults) / sizeof(dialect_defaults[0]);
	     i++)
		if (dialect_defaults[i].dialect == dialect &&
		    strcmp(dialect_defaults[i].name, row->name) == 0)
			return dialect_defaults[i].fallback;
	return row->fallback;
}

bool
config_keys_is_for(const struct config_row *row, enum config_dialect dialect)
{
	return !(row->flags & FOR_MASK) || row->flags & 1U << (8 + dialect);
}

int
config_keys_word(const char *words, struct str word)
{
	struct str rest = str_from(words);

	for (int i = 0; rest.ptr; i++)
		if (str_eq(str_cut(&rest, ' '), word))
			return i;
	return -1;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned
config_keys_distance(struct str a, struct str b)
{
	unsigned char rows[3][NAME_BYTES_MAX + 1], *before = rows[0], *above = rows[1];
	unsigned char *row = rows[2];

	if (a.len > NAME_BYTES_MAX || b.len > NAME_BYTES_MAX)
		return NAME_BYTES_MAX;
	for (size_t j = 0; j <= b.len; j++)
		above[j] = (unsigned char)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned char *free_row = before;

		row[0] = (unsigned char)i;
		for (size_t j = 1; j <= b.len; j++) {
			unsigned differs = a.ptr[i - 1] != b.ptr[j - 1];
			unsigned d = least(above[j] + 1U, row[j - 1] + 1U);

			d = least(d, above[j - 1] + differs);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
			    a.ptr[i - 2] == b.ptr[j - 1])
				d = least(d, before[j - 2] + 1U);
			row[j] = (unsigned char)d;
		}
		before = above;
		above = row;
		row = free_row;
	}
	return above[b.len];
}

const char *
config_keys_nearest(enum config_scope scope, struct str name)
{
	/* Beyond a third of the letters it is another word, not a slip. */
	unsigned best = (unsigned)least((unsigned)name.len, NAME_BYTES_MAX) / 3 + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < config_rows_n; i++) {
		unsigned d;

		if (config_rows[i].scope != scope)
			continue;
		d = config_keys_distance(name, str_from(config_rows[i].name));
		if (d < best) {
			best = d;
			nearest = config_rows[i].name;
		}
	}
	return nearest;
}
