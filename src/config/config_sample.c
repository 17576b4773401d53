/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_sample.h"

#include "config/config_value.h"

enum { WIDTH = 90 };

static const char head[] =
	"# Configuration of tidegate: every key with its default; man 5 tidegate.yaml has more.\n"
	"#\n"
	"# A line that begins with \"#\" and no blank is a setting: take its \"#\" away and change it.\n"
	"# What is written on the command line (--set mounts.0.path=/x) goes before the\n"
	"# environment (TIDEGATE_MOUNTS_0_PATH=/x), that before this file, this before the\n"
	"# defaults. A change takes effect at the next start, or at SIGHUP where it says so.\n";

static void scope_rows(enum config_scope scope, const char *list, uint32_t item,
		       unsigned depth, struct buf *out);

static void
indent(unsigned depth, struct buf *out)
{
	for (unsigned i = 0; i < depth; i++)
		buf_add_str(out, STR("  "));
}

/* A comment, broken between words. */
static void
comment(struct str text, unsigned depth, struct buf *out)
{
	struct str rest = text;
	size_t column = 0;

	while (rest.ptr) {
		struct str word = str_cut(&rest, ' ');

		if (column && column + 1 + word.len > WIDTH) {
			buf_add_char(out, '\n');
			column = 0;
		}
		if (column == 0) {
			indent(depth, out);
			buf_add_char(out, '#');
			column = 2 * depth + 1;
		}
		buf_add_char(out, ' ');
		buf_add_str(out, word);
		column += 1 + word.len;
	}
	buf_add_char(out, '\n');
}

/* The defaults that are not the one of actions. */
static void
dialect_defaults(const struct config_row *row, struct buf *out)
{
	const char *between = " Default of ";

	for (int d = 0; d < DIALECT_N; d++) {
		const char *text = config_keys_default(row, (enum config_dialect)d);

		if (text == row->fallback)
			continue;
		buf_printf(out, "%s%s: %s", between,
			   config_dialect_name((enum config_dialect)d), text);
		between = ", ";
	}
	if (*between == ',')
		buf_add_char(out, '.');
}

void
config_sample_help(const struct config_row *row, struct buf *out)
{
	buf_add_str(out, str_from(row->help));
	if (row->type == TYPE_COUNT || row->type == TYPE_TIME ||
	    row->type == TYPE_SECONDS || row->type == TYPE_BYTES ||
	    row->type == TYPE_RATE || row->type == TYPE_CHOICE ||
	    row->type == TYPE_WORD) {
		buf_add_str(out, STR(" Takes "));
		config_value_expected(row, out);
		buf_add_char(out, '.');
	}
	dialect_defaults(row, out);
	if (row->env)
		buf_printf(out, " Environment: %s.", row->env);
	if (row->flags & RELOADED)
		buf_add_str(out, STR(" Reloaded by SIGHUP."));
}

static void
help(const struct config_row *row, unsigned depth, struct buf *out)
{
	struct buf text = BUF_INIT;

	config_sample_help(row, &text);
	if (text.failed)
		out->failed = true;
	else
		comment(buf_str(&text), depth, out);
	buf_fini(&text);
}

/* A scalar as YAML: quoted where it would not be read as this text. */
static void
value(const struct config_row *row, const char *text, struct buf *out)
{
	if (row->type == TYPE_TEXTS)
		buf_add_str(out, STR("[]"));
	else if (row->type == TYPE_PLUGINS)
		buf_add_str(out, STR("{}"));
	else if (*text == '\0')
		buf_add_str(out, STR("\"\""));
	else
		buf_add_str(out, str_from(text));
}

/* What the default list holds for this key of this item, or NULL. */
static const char *
item_value(const char *list, uint32_t item, const char *name)
{
	for (size_t i = 0; list && i < config_items_n; i++)
		if (strcmp(config_items[i].list, list) == 0 &&
		    config_items[i].index == item &&
		    strcmp(config_items[i].name, name) == 0)
			return config_items[i].value;
	return NULL;
}

static void
list_rows(const struct config_row *row, unsigned depth, struct buf *out)
{
	uint32_t items_n = 0;

	for (size_t i = 0; i < config_items_n; i++)
		if (strcmp(config_items[i].list, row->name) == 0)
			items_n = config_items[i].index + 1;
	if (items_n == 0) {
		indent(depth, out);
		buf_printf(out, "#%s: []\n", row->name);
		comment(STR("Each item has:"), depth, out);
		scope_rows(row->child, NULL, 0, depth, out);
		return;
	}
	indent(depth, out);
	buf_printf(out, "%s:\n", row->name);
	for (uint32_t i = 0; i < items_n; i++)
		scope_rows(row->child, row->name, i, depth + 2, out);
}

/* What stands before a key: a setting, its "#" when it is not live, or an example that has
 * no place where it stands. */
static const char *
lead(const struct config_row *row, const char *set, bool is_first)
{
	if (set)
		return is_first ? "- " : "";
	return row->scope == SCOPE_KEY || !config_keys_is_for(row, DIALECT_ACTIONS)
		       ? "#   "
		       : "#";
}

/* The rows of a scope; of an item of a default list when list is not NULL. Items behind the
 * first show what they set and nothing else. */
static void
scope_rows(enum config_scope scope, const char *list, uint32_t item, unsigned depth,
	   struct buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < config_rows_n; i++) {
		const struct config_row *row = &config_rows[i];
		const char *set = item_value(list, item, row->name);

		if (row->scope != scope || (item > 0 && !set))
			continue;
		if (scope == SCOPE_ROOT)
			buf_add_char(out, '\n');
		if (item == 0)
			help(row, depth, out);
		if (row->type == TYPE_SECTION) {
			indent(depth, out);
			buf_printf(out, "%s:\n", row->name);
			scope_rows(row->child, NULL, 0, depth + 1, out);
			continue;
		}
		if (row->type == TYPE_ITEMS) {
			list_rows(row, depth, out);
			continue;
		}
		indent(set && is_first ? depth - 1 : depth, out);
		buf_add_str(out, str_from(lead(row, set, is_first)));
		buf_printf(out, "%s: ", row->name);
		value(row, set ? set : row->fallback, out);
		buf_add_char(out, '\n');
		is_first = false;
	}
}

void
config_sample(struct buf *out)
{
	buf_add_str(out, str_from(head));
	scope_rows(SCOPE_ROOT, NULL, 0, 0, out);
}
