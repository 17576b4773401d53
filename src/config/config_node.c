/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_node.h"

struct config_node *
config_node_new(struct arena *arena, enum config_kind kind, const char *source)
{
	struct config_node *node = arena_alloc(arena, sizeof(*node));

	if (node)
		*node = (struct config_node){.kind = kind, .source = source};
	return node;
}

struct config_node *
config_node_text(struct arena *arena, struct str text, bool is_plain, const char *source)
{
	struct config_node *node = config_node_new(arena, NODE_TEXT, source);

	if (!node)
		return NULL;
	node->text = arena_copy(arena, text);
	node->is_plain = is_plain;
	return node->text.ptr ? node : NULL;
}

void
config_node_add(struct config_node *parent, struct config_node *child)
{
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->children_n++;
}

void
config_node_put(struct config_node *map, struct config_node *child)
{
	struct config_node *before = NULL, *old = map->first;

	while (old && !str_eq(old->name, child->name)) {
		before = old;
		old = old->next;
	}
	if (!old) {
		config_node_add(map, child);
		return;
	}
	child->next = old->next;
	*(before ? &before->next : &map->first) = child;
	if (map->last == old)
		map->last = child;
}

struct config_node *
config_node_find(const struct config_node *node, struct str name)
{
	struct config_node *child = node && node->kind == NODE_MAP ? node->first : NULL;

	while (child && !str_eq(child->name, name))
		child = child->next;
	return child;
}

struct config_node *
config_node_item(const struct config_node *node, uint32_t index)
{
	struct config_node *child = node && node->kind == NODE_LIST ? node->first : NULL;

	while (child && index--)
		child = child->next;
	return child;
}

bool
config_node_is_empty(const struct config_node *node)
{
	return node->kind == NODE_TEXT && node->is_plain && node->text.len == 0;
}
