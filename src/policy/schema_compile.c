/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From schema text to nodes: one row for each keyword. A schema is the plugin author's, who
 * wants to hear at registration what would otherwise not be checked at all.
 */
#include "policy/schema_node.h"
#include "policy/schema_pattern.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct json_limits schema_limits = {.depth = SCHEMA_DEPTH_MAX,
						 .values = 20000};

const char *const schema_type_names[SCHEMA_TYPES_N] = {
	"null", "boolean", "integer", "number", "string", "array", "object"};

/* Where the compiler is: its own pointer is only spelled out when something is wrong. */
struct place {
	const struct place *parent;
	const char *key; /* or, when NULL, */
	size_t index;
	struct buf *errors; /* of the outermost one */
};

void
schema_spell_key(struct str key, struct buf *out)
{
	for (size_t i = 0; i < key.len; i++) {
		if (key.ptr[i] == '~' || key.ptr[i] == '/')
			buf_add_str(out, key.ptr[i] == '~' ? STR("~0") : STR("~1"));
		else
			buf_add_char(out, key.ptr[i]);
	}
}

static void
spell(const struct place *at, struct buf *out)
{
	if (!at->parent)
		return;
	spell(at->parent, out);
	buf_add_char(out, '/');
	if (at->key)
		schema_spell_key(str_from(at->key), out);
	else
		buf_add_u64(out, at->index);
}

static int
complain(const struct place *at, const char *what)
{
	const struct place *top = at;

	while (top->parent)
		top = top->parent;
	spell(at, top->errors);
	buf_printf(top->errors, "%s: %s\n", at->parent ? "" : "(schema)", what);
	return -E_ARGUMENT;
}

static int compile_node(json_t *json, const struct place *at, struct schema_node **out);

/* --- one function for each form a keyword's value may have ---------------------------- */

static int
add_type(struct schema_node *node, json_t *name, const struct place *at)
{
	const char *text = json_string_value(name);

	for (size_t i = 0; text && i < SCHEMA_TYPES_N; i++) {
		if (strcmp(text, schema_type_names[i]) == 0) {
			node->types |= (uint8_t)(1u << i);
			return 0;
		}
	}
	return complain(
		at, "must be null, boolean, integer, number, string, array or object");
}

static int
read_type(struct schema_node *node, void *member, json_t *json, const struct place *at)
{
	json_t *name;
	size_t i;

	(void)member;
	if (!json_is_array(json))
		return add_type(node, json, at);
	json_array_foreach (json, i, name) {
		struct place here = {at, NULL, i, NULL};
		int error = add_type(node, name, &here);

		if (error)
			return error;
	}
	return node->types ? 0 : complain(at, "must name a type");
}

static int
read_value(struct schema_node *node, void *member, json_t *json, const struct place *at)
{
	(void)node, (void)at;
	*(json_t **)member = json;
	return 0;
}

static int
read_enum(struct schema_node *node, void *member, json_t *json, const struct place *at)
{
	if (!json_is_array(json) || json_array_size(json) == 0)
		return complain(at, "must be a list of values");
	return read_value(node, member, json, at);
}

static int
read_bound(struct schema_node *node, void *member, json_t *json, const struct place *at)
{
	if (!json_is_number(json))
		return complain(at, "must be a number");
	return read_value(node, member, json, at);
}

static int
read_count(struct schema_node *node, void *member, json_t *json, const struct place *at)
{
	double n = json_number_value(json);

	(void)node;
	if (!json_is_number(json) || n < 0 || n > UINT32_MAX || n != floor(n))
		return complain(at, "must be a whole number from 0 on");
	*(uint32_t *)member = (uint32_t)n;
	return 0;
}

static int
read_pattern(struct schema_node *node, void *member, json_t *json, const struct place *at)
{
	const char *text = json_string_value(json);
	const char *fault = text ? schema_pattern_fault(text) : "must be a text";
	char why[128], line[160];
	int error;

	(void)member;
	if (fault)
		return complain(at, fault);
	error = regcomp(&node->pattern, text, REG_EXTENDED | REG_NOSUB);
	if (error == REG_ESPACE)
		return -E_NOMEM;
	if (error) {
		regerror(error, &node->pattern, why, sizeof(why));
		snprintf(line, sizeof(line), "no regular expression: %s", why);
		return complain(at, line);
	}
	node->has_pattern = true;
	node->pattern_text = text;
	return 0;
}

static int
read_schema(struct schema_node *node, void *member, json_t *json, const struct place *at)
{
	(void)node;
	return compile_node(json, at, member);
}

static int
read_properties(struct schema_node *node, void *member, json_t *json,
		const struct place *at)
{
	void *iter;

	(void)member;
	if (!json_is_object(json))
		return complain(at, "must be an object of schemas");
	node->properties = calloc(json_object_size(json) + 1, sizeof(*node->properties));
	if (!node->properties)
		return -E_NOMEM;
	for (iter = json_object_iter(json); iter;
	     iter = json_object_iter_next(json, iter)) {
		struct schema_property *p = &node->properties[node->known_n];
		struct place here = {at, json_object_iter_key(iter), 0, NULL};
		int error;

		p->name = str_from(json_object_iter_key(iter));
		error = compile_node(json_object_iter_value(iter), &here, &p->node);
		if (error)
			return error;
		node->known_n++;
	}
	return 0;
}

static int
read_required(struct schema_node *node, void *member, json_t *json,
	      const struct place *at)
{
	json_t *name;
	size_t i;

	(void)member;
	if (!json_is_array(json))
		return complain(at, "must be a list of names");
	node->required = calloc(json_array_size(json) + 1, sizeof(*node->required));
	if (!node->required)
		return -E_NOMEM;
	json_array_foreach (json, i, name) {
		struct place here = {at, NULL, i, NULL};

		if (!json_is_string(name))
			return complain(&here, "must be a text");
		node->required[node->required_n++] = (struct str){
			json_string_value(name), json_string_length(name)};
	}
	return 0;
}

static int
read_annotation(struct schema_node *node, void *member, json_t *json,
		const struct place *at)
{
	(void)node, (void)member, (void)json, (void)at;
	return 0;
}

/* --- the keywords ---------------------------------------------------------------------- */

static const struct keyword {
	const char *name;
	int (*read)(struct schema_node *node, void *member, json_t *json,
		    const struct place *at);
	size_t member; /* offset in the node of what read fills, where it needs that */
} keywords[] = {
	{"type", read_type, 0},
	{"enum", read_enum, offsetof(struct schema_node, allowed)},
	{"const", read_value, offsetof(struct schema_node, constant)},
	{"minimum", read_bound, offsetof(struct schema_node, bounds[0].limit)},
	{"exclusiveMinimum", read_bound, offsetof(struct schema_node, bounds[1].limit)},
	{"maximum", read_bound, offsetof(struct schema_node, bounds[2].limit)},
	{"exclusiveMaximum", read_bound, offsetof(struct schema_node, bounds[3].limit)},
	{"minLength", read_count, offsetof(struct schema_node, length.min)},
	{"maxLength", read_count, offsetof(struct schema_node, length.max)},
	{"pattern", read_pattern, 0},
	{"items", read_schema, offsetof(struct schema_node, items)},
	{"minItems", read_count, offsetof(struct schema_node, items_n.min)},
	{"maxItems", read_count, offsetof(struct schema_node, items_n.max)},
	{"properties", read_properties, 0},
	{"required", read_required, 0},
	{"additionalProperties", read_schema, offsetof(struct schema_node, additional)},
	{"minProperties", read_count, offsetof(struct schema_node, properties_n.min)},
	{"maxProperties", read_count, offsetof(struct schema_node, properties_n.max)},
	{"title", read_annotation, 0},
	{"description", read_annotation, 0},
	{"default", read_annotation, 0},
	{"examples", read_annotation, 0},
	{"$schema", read_annotation, 0},
	{"$id", read_annotation, 0},
	{"$comment", read_annotation, 0},
};

static int
read_keyword(struct schema_node *node, const char *name, json_t *json,
	     const struct place *at)
{
	struct place here = {at, name, 0, NULL};
	struct buf what = BUF_INIT;
	int error;

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (strcmp(name, keywords[i].name) == 0)
			return keywords[i].read(node, (char *)node + keywords[i].member,
						json, &here);
	buf_add_str(&what, STR("unknown keyword "));
	json_quote(&what, str_from(name));
	buf_add_char(&what, '\0');
	error = what.failed ? -E_NOMEM : complain(at, what.data);
	buf_fini(&what);
	return error;
}

static void
free_node(struct schema_node *node)
{
	if (!node)
		return;
	for (size_t i = 0; i < node->known_n; i++)
		free_node(node->properties[i].node);
	free(node->properties);
	free(node->required);
	free_node(node->items);
	free_node(node->additional);
	if (node->has_pattern)
		regfree(&node->pattern);
	free(node);
}

static int
compile_node(json_t *json, const struct place *at, struct schema_node **out)
{
	static const struct schema_range any = {0, UINT32_MAX};
	struct schema_node *node;
	int error = 0;

	if (!json_is_object(json) && !json_is_boolean(json))
		return complain(at, "must be a schema: an object, true or false");
	node = calloc(1, sizeof(*node));
	if (!node)
		return -E_NOMEM;
	node->never = json_is_false(json);
	node->length = node->items_n = node->properties_n = any;
	node->bounds[1].exclusive = node->bounds[3].exclusive = true;
	for (void *iter = json_object_iter(json); iter && !error;
	     iter = json_object_iter_next(json, iter))
		error = read_keyword(node, json_object_iter_key(iter),
				     json_object_iter_value(iter), at);
	if (error) {
		free_node(node);
		return error;
	}
	*out = node;
	return 0;
}

int
schema_compile(struct str text, struct schema **out, struct buf *errors)
{
	struct place top = {NULL, NULL, 0, errors};
	struct schema *s;
	json_error_t where;
	int error;

	if (json_check(text, &schema_limits, NULL) < 0)
		return complain(
			&top,
			"no JSON, nested deeper than 64, or more than 20,000 values");
	s = calloc(1, sizeof(*s));
	if (!s)
		return -E_NOMEM;
	/* Beyond what json_check refuses: duplicates, integers beyond 64 bits, U+0000. */
	s->root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			     &where);
	error = s->root ? compile_node(s->root, &top, &s->node)
			: complain(&top, where.text);
	if (error) {
		schema_free(s);
		return error;
	}
	*out = s;
	return 0;
}

void
schema_free(struct schema *s)
{
	if (!s)
		return;
	free_node(s->node);
	json_decref(s->root);
	free(s);
}
