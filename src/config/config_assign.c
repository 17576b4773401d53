/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_assign.h"

#include "base/errors.h"
#include "config/config_yaml.h"

void
config_assign_refuse(struct config_assign *a, const char *why, const char *word)
{
	struct buf key = BUF_INIT;

	config_report_add_escaped(&key, a->key);
	if (key.failed)
		a->rc = -E_NOMEM;
	else
		config_report_place(a->report, a->label, 0, 0, "%.*s: %s%s%s",
				    STR_ARG(buf_str(&key)), why, word ? word : "",
				    word ? "?" : "");
	buf_fini(&key);
}

static void
refuse_unknown(struct config_assign *a, enum config_scope scope, struct str part)
{
	const char *nearest = config_keys_nearest(scope, part);

	config_assign_refuse(a, nearest ? "unknown key; did you mean " : "unknown key",
			     nearest);
}

/* A list of texts from "a,b"; the empty text is the empty list. */
static struct config_node *
split_texts(struct config_assign *a, struct str value)
{
	struct config_node *list = config_node_new(a->arena, NODE_LIST, a->label), *item;
	struct str rest = value;

	while (list && value.len && rest.ptr) {
		item = config_node_text(a->arena, str_trim(str_cut(&rest, ',')), false,
					a->label);
		if (!item)
			return NULL;
		config_node_add(list, item);
	}
	return list;
}

/* The node that value stands for: text as it is, except where only YAML can say it. */
static struct config_node *
new_value(struct config_assign *a, const struct config_row *row, struct str value)
{
	bool is_yaml = !row || row->type == TYPE_PLUGINS || row->type == TYPE_SECTION ||
		       row->type == TYPE_ITEMS ||
		       (row->type == TYPE_TEXTS && value.len && value.ptr[0] == '[') ||
		       (row->type == TYPE_RATE && value.len && value.ptr[0] == '{');
	struct config_node *node = NULL;
	int rc;

	if (is_yaml) {
		rc = config_yaml_read(value, a->label, false, a->arena, a->report, &node);
		if (rc == -E_NOMEM)
			a->rc = rc;
		if (rc)
			return NULL;
		if (node)
			return node;
		value.len = 0;
	} else if (row->type == TYPE_TEXTS) {
		node = split_texts(a, value);
		a->rc = node ? a->rc : -E_NOMEM;
		return node;
	}
	/* Plain, so that numbers and booleans are read; an empty text must stay a text. */
	node = config_node_text(a->arena, value, value.len > 0 || is_yaml, a->label);
	a->rc = node ? a->rc : -E_NOMEM;
	return node;
}

/* The member called name if it is of this kind, else a new one in its place. */
static struct config_node *
member(struct config_assign *a, struct config_node *map, struct str name,
       enum config_kind kind)
{
	struct config_node *node = config_node_find(map, name);
	struct str copy;

	if (node && node->kind == kind)
		return node;
	node = config_node_new(a->arena, kind, a->label);
	copy = arena_copy(a->arena, name);
	if (!node || !copy.ptr) {
		a->rc = -E_NOMEM;
		return NULL;
	}
	node->name = copy;
	config_node_put(map, node);
	return node;
}

void
config_assign_member(struct config_assign *a, struct config_node *map, struct str name,
		     const struct config_row *row, struct str value)
{
	struct config_node *node = new_value(a, row, value);
	struct str copy = arena_copy(a->arena, name);

	if (!copy.ptr)
		a->rc = -E_NOMEM;
	if (!node || !copy.ptr)
		return;
	node->name = copy;
	config_node_put(map, node);
}

/* The item of a list that the next part of the key numbers; one behind the last is new. */
static struct config_node *
list_item(struct config_assign *a, struct config_node *list, struct str *rest)
{
	struct config_node *item;
	uint64_t index;

	if (!str_to_u64(str_cut(rest, '.'), CONFIG_YAML_NODES_MAX, &index) ||
	    index > list->children_n) {
		config_assign_refuse(
			a, "the list has no such item, and it is not the next one", NULL);
		return NULL;
	}
	item = config_node_item(list, (uint32_t)index);
	if (!item) {
		item = config_node_new(a->arena, NODE_MAP, a->label);
		if (item)
			config_node_add(list, item);
		else
			a->rc = -E_NOMEM;
	}
	if (item && item->kind != NODE_MAP) {
		config_assign_refuse(a, "this item of the list is not a mapping", NULL);
		return NULL;
	}
	return item;
}

/* Below plugins.NAME the keys are the plugin's own. */
static void
assign_free(struct config_assign *a, struct config_node *map, struct str rest,
	    struct str value)
{
	unsigned depth = 0;

	while (map) {
		struct str part = str_cut(&rest, '.');

		if (part.len == 0 || ++depth > CONFIG_YAML_DEPTH_MAX) {
			config_assign_refuse(a, "not a key", NULL);
			return;
		}
		if (!rest.ptr) {
			config_assign_member(a, map, part, NULL, value);
			return;
		}
		map = member(a, map, part, NODE_MAP);
	}
}

void
config_assign(struct config_assign *a, struct str value)
{
	struct config_node *node = a->root;
	enum config_scope scope = SCOPE_ROOT;
	struct str rest = a->key;

	while (node && rest.ptr) {
		struct str part = str_cut(&rest, '.');
		const struct config_row *row = config_keys_find(scope, part);

		if (!row) {
			refuse_unknown(a, scope, part);
			return;
		}
		if (!rest.ptr) {
			config_assign_member(a, node, part, row, value);
			return;
		}
		if (row->type == TYPE_PLUGINS) {
			assign_free(a, member(a, node, part, NODE_MAP), rest, value);
			return;
		}
		scope = config_keys_inner(row);
		if (scope == SCOPE_NONE) {
			config_assign_refuse(a, "this key has no members", NULL);
			return;
		}
		node = member(a, node, part,
			      row->type == TYPE_ITEMS ? NODE_LIST : NODE_MAP);
		if (node && row->type == TYPE_ITEMS) {
			node = list_item(a, node, &rest);
			if (node && !rest.ptr)
				config_assign_refuse(a, "which key of the item?", NULL);
		}
	}
}
