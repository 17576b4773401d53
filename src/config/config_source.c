/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_source.h"

#include "base/errors.h"
#include "config/config_assign.h"
#include "config/config_read.h"
#include "config/config_value.h"

static const char prefix[] = "TIDEGATE_";

int
config_source_defaults(struct config_node *root, struct arena *arena,
		       struct config_report *report)
{
	struct config_assign a = {root, arena, report, "default", {NULL, 0}, 0};
	bool has_listeners = config_node_find(root, STR("listeners"));
	bool has_mounts = config_node_find(root, STR("mounts"));

	for (size_t i = 0; i < config_items_n && a.rc == 0; i++) {
		const struct config_item *item = &config_items[i];
		struct buf key = BUF_INIT;

		if (strcmp(item->list, "listeners") == 0 ? has_listeners : has_mounts)
			continue;
		buf_printf(&key, "%s.%u.%s", item->list, item->index, item->name);
		a.key = buf_str(&key);
		if (key.failed)
			a.rc = -E_NOMEM;
		else
			config_assign(&a, str_from(item->value));
		buf_fini(&key);
	}
	return a.rc;
}

/* --- variables ------------------------------------------------------------------------ */

/* Does text begin with the name in capitals? */
static bool
has_prefix_upper(struct str text, struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (i >= text.len ||
		    text.ptr[i] != (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c))
			return false;
	}
	return true;
}

/* Names hold underscores themselves, so every row that fits is tried to the end. */
static bool
match(enum config_scope scope, struct str text, struct buf *key)
{
	size_t len = key->len;

	for (size_t i = 0; i < config_rows_n; i++) {
		const struct config_row *row = &config_rows[i];
		struct str name = str_from(row->name), rest;

		if (row->scope != scope || row->env || !has_prefix_upper(text, name))
			continue;
		rest = str_skip(text, name.len);
		key->len = len;
		buf_add_str(key, name);
		if (rest.len == 0)
			return true;
		if (rest.ptr[0] != '_' || config_keys_inner(row) == SCOPE_NONE)
			continue;
		rest = str_skip(rest, 1);
		buf_add_char(key, '.');
		if (row->type == TYPE_ITEMS) {
			struct str index = str_cut(&rest, '_');
			uint64_t n;

			if (!rest.ptr || !str_to_u64(index, UINT32_MAX, &n))
				continue;
			buf_add_str(key, index);
			buf_add_char(key, '.');
		}
		if (match(config_keys_inner(row), rest, key))
			return true;
	}
	return false;
}

/* The dotted key of a row of a section, of which there is one in the whole configuration. */
static void
add_key(const struct config_row *row, struct buf *out)
{
	for (size_t i = 0; row->scope != SCOPE_ROOT && i < config_rows_n; i++)
		if (config_rows[i].type == TYPE_SECTION &&
		    config_rows[i].child == row->scope) {
			add_key(&config_rows[i], out);
			buf_add_char(out, '.');
			break;
		}
	buf_add_str(out, str_from(row->name));
}

/* Is the row (or the section around it) reached without the number of an item? */
static bool
is_single(enum config_scope scope)
{
	return scope != SCOPE_KEY && scope != SCOPE_LISTENER && scope != SCOPE_MOUNT &&
	       scope != SCOPE_RATE;
}

bool
config_source_key(struct str variable, struct buf *key_out)
{
	for (size_t i = 0; i < config_rows_n; i++)
		if (config_rows[i].env &&
		    str_eq(variable, str_from(config_rows[i].env))) {
			add_key(&config_rows[i], key_out);
			return true;
		}
	return str_has_prefix(variable, str_from(prefix)) &&
	       match(SCOPE_ROOT, str_skip(variable, sizeof(prefix) - 1), key_out);
}

/* The variable of a row outside of lists. */
static void
add_variable(const struct config_row *row, struct buf *out)
{
	size_t from;

	if (row->env) {
		buf_add_str(out, str_from(row->env));
		return;
	}
	buf_add_str(out, str_from(prefix));
	from = out->len;
	add_key(row, out);
	for (size_t i = from; i < out->len; i++) {
		char c = out->data[i];

		out->data[i] = (char)(c == '.'               ? '_'
				      : c >= 'a' && c <= 'z' ? c - 'a' + 'A'
							     : c);
	}
}

static void
refuse_variable(struct config_assign *a, struct str variable)
{
	unsigned best = (unsigned)variable.len / 4 + 1;
	struct buf name = BUF_INIT, nearest = BUF_INIT;

	for (size_t i = 0; i < config_rows_n; i++) {
		unsigned d;

		if (!is_single(config_rows[i].scope))
			continue;
		buf_clear(&name);
		add_variable(&config_rows[i], &name);
		d = config_keys_distance(variable, buf_str(&name));
		if (d < best) {
			best = d;
			buf_clear(&nearest);
			buf_add_str(&nearest, buf_str(&name));
		}
	}
	if (name.failed || nearest.failed)
		a->rc = -E_NOMEM;
	else
		config_report_place(a->report, "environment", 0, 0,
				    "%.*s: unknown variable%s%.*s%s", STR_ARG(variable),
				    nearest.len ? "; did you mean " : "",
				    STR_ARG(buf_str(&nearest)), nearest.len ? "?" : "");
	buf_fini(&name);
	buf_fini(&nearest);
}

static void
apply_variable(struct config_assign *a, struct str entry)
{
	struct str value = entry, variable = str_cut(&value, '=');
	struct buf key = BUF_INIT;
	struct str label;

	if (!value.ptr || str_eq(variable, STR("TIDEGATE_CONFIG")))
		return;
	if (config_source_key(variable, &key)) {
		label = arena_copy(a->arena, variable);
		a->label = label.ptr;
		a->key = buf_str(&key);
		if (key.failed || !label.ptr)
			a->rc = -E_NOMEM;
		else
			config_assign(a, value);
	} else if (str_has_prefix(variable, str_from(prefix))) {
		refuse_variable(a, variable);
	}
	buf_fini(&key);
}

/* --- variables for all mounts of some dialects ---------------------------------------- */

static const struct {
	const char *variable, *key, *unit;
} for_mounts[] = {
	{"MAX_CONNECTIONS_PER_USER", "user_connections", ""},
	{"WS_HEARTBEAT_INTERVAL", "heartbeat", "s"},
};

static bool
takes(const struct config_row *row, enum config_dialect dialect)
{
	return row->flags & FOR_MASK ? config_keys_is_for(row, dialect)
				     : dialect == DIALECT_ROOMS;
}

/* A variable or option that named this very mount knows better. */
static void
set_in_mounts(struct config_assign *a, const struct config_row *row, struct str value,
	      const char *file)
{
	const struct config_node *mounts = config_node_find(a->root, STR("mounts"));
	struct config_node *mount = mounts && mounts->kind == NODE_LIST ? mounts->first
									: NULL;

	for (; mount; mount = mount->next) {
		const struct config_node *old = config_node_find(mount,
								 str_from(row->name));

		if (mount->kind == NODE_MAP && takes(row, config_read_dialect(mount)) &&
		    (!old || old->source == file))
			config_assign_member(a, mount, str_from(row->name), row, value);
	}
}

static void
apply_to_mounts(struct config_assign *a, struct str entry, const char *file)
{
	struct str value = entry, variable = str_cut(&value, '=');
	struct config_mount probe;
	struct buf text = BUF_INIT;
	uint64_t n;

	for (size_t i = 0; value.ptr && i < sizeof(for_mounts) / sizeof(for_mounts[0]);
	     i++) {
		const struct config_row *row = config_keys_find(
			SCOPE_MOUNT, str_from(for_mounts[i].key));

		if (!str_eq(variable, str_from(for_mounts[i].variable)))
			continue;
		a->label = for_mounts[i].variable;
		buf_add_str(&text, value);
		if (str_to_u64(value, UINT64_MAX, &n))
			buf_add_str(&text, str_from(for_mounts[i].unit));
		if (text.failed) {
			a->rc = -E_NOMEM;
		} else if (config_value_set(row, buf_str(&text), a->arena, &probe)) {
			buf_clear(&text);
			config_value_expected(row, &text);
			config_report_place(a->report, a->label, 0, 0, "expected %.*s",
					    STR_ARG(buf_str(&text)));
		} else {
			set_in_mounts(a, row, buf_str(&text), file);
		}
	}
	buf_fini(&text);
}

int
config_source_apply(const struct config_source *source, struct config_node *root,
		    struct arena *arena, struct config_report *report)
{
	struct config_assign a = {root, arena, report, "environment", {NULL, 0}, 0};
	unsigned faults_n = report->faults_n;

	for (char **e = source->environment; e && *e && a.rc == 0; e++)
		apply_variable(&a, str_from(*e));
	for (size_t i = 0; i < source->sets_n && a.rc == 0; i++) {
		struct str value = str_from(source->sets[i]);

		a.label = "--set";
		a.key = str_cut(&value, '=');
		if (value.ptr)
			config_assign(&a, value);
		else
			config_assign_refuse(&a, "expected key=value", NULL);
	}
	for (char **e = source->environment; e && *e && a.rc == 0; e++)
		apply_to_mounts(&a, str_from(*e), source->file);
	if (a.rc)
		return a.rc;
	return report->faults_n > faults_n ? -E_CONFIG : 0;
}
