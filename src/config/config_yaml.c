/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_yaml.h"

#include "base/errors.h"

#include <yaml.h>

struct reader {
	yaml_parser_t parser;
	struct str text;
	const char *source;
	bool has_lines;
	struct arena *arena;
	struct config_report *report;
	unsigned nodes_n;
};

static int
refuse_at(struct reader *r, const yaml_mark_t *mark, const char *why)
{
	config_report_place(r->report, r->source, r->has_lines ? mark->line + 1 : 0,
			    mark->column + 1, "%s", why);
	return -E_CONFIG;
}

/* Encoding faults have a byte offset only. */
static yaml_mark_t
mark_of_offset(const struct reader *r)
{
	yaml_mark_t mark = {0, 0, 0};

	for (size_t i = 0; i < r->parser.problem_offset && i < r->text.len; i++) {
		mark.column++;
		if (r->text.ptr[i] == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return mark;
}

static int
refuse_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	yaml_mark_t mark = p->error == YAML_READER_ERROR ? mark_of_offset(r)
							 : p->problem_mark;
	char why[256];

	if (p->error == YAML_MEMORY_ERROR)
		return -E_NOMEM;
	snprintf(why, sizeof(why), "not valid YAML: %s%s%s",
		 p->problem ? p->problem : "unknown problem", p->context ? " " : "",
		 p->context ? p->context : "");
	return refuse_at(r, &mark, why);
}

static int
next_event(struct reader *r, yaml_event_t *event)
{
	return yaml_parser_parse(&r->parser, event) ? 0 : refuse_syntax(r);
}

/* What plain YAML has not: reported at the event's place. */
static int
check_event(struct reader *r, const yaml_event_t *e, unsigned depth)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (e->type) {
	case YAML_ALIAS_EVENT:
		return refuse_at(r, &e->start_mark,
				 "expected plain YAML, found an alias");
	case YAML_SCALAR_EVENT:
		anchor = e->data.scalar.anchor;
		tag = e->data.scalar.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = e->data.mapping_start.anchor;
		tag = e->data.mapping_start.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = e->data.sequence_start.anchor;
		tag = e->data.sequence_start.tag;
		break;
	default:
		break;
	}
	if (anchor)
		return refuse_at(r, &e->start_mark,
				 "expected plain YAML, found an anchor");
	if (tag)
		return refuse_at(r, &e->start_mark, "expected plain YAML, found a tag");
	if (depth > CONFIG_YAML_DEPTH_MAX)
		return refuse_at(r, &e->start_mark,
				 "nested too deep for a configuration");
	if (++r->nodes_n > CONFIG_YAML_NODES_MAX)
		return refuse_at(r, &e->start_mark,
				 "too many values for a configuration");
	return 0;
}

static struct config_node *
node_of_event(struct reader *r, const yaml_event_t *e)
{
	struct config_node *node;

	if (e->type == YAML_SCALAR_EVENT)
		node = config_node_text(r->arena,
					(struct str){(const char *)e->data.scalar.value,
						     e->data.scalar.length},
					e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
					r->source);
	else
		node = config_node_new(r->arena,
				       e->type == YAML_MAPPING_START_EVENT ? NODE_MAP
									   : NODE_LIST,
				       r->source);
	if (node && r->has_lines) {
		node->line = (uint32_t)e->start_mark.line + 1;
		node->column = (uint32_t)e->start_mark.column + 1;
	}
	return node;
}

static int read_children(struct reader *r, struct config_node *parent, unsigned depth);

/* The node that begins with this event, and all below it. */
static int
read_node(struct reader *r, const yaml_event_t *event, unsigned depth,
	  struct config_node **node_out)
{
	int rc = check_event(r, event, depth);

	if (rc)
		return rc;
	*node_out = node_of_event(r, event);
	if (!*node_out)
		return -E_NOMEM;
	return (*node_out)->kind == NODE_TEXT ? 0
					      : read_children(r, *node_out, depth + 1);
}

/* One item, or one name and its value; -E_GONE at the end of the parent. */
static int
read_child(struct reader *r, struct config_node *parent, unsigned depth)
{
	struct config_node *child = NULL, *name = NULL;
	yaml_event_t event;
	int rc = next_event(r, &event);

	if (rc)
		return rc;
	if (event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT)
		rc = -E_GONE;
	else if (parent->kind == NODE_MAP && event.type != YAML_SCALAR_EVENT)
		rc = refuse_at(r, &event.start_mark, "expected a key, which is one word");
	else
		rc = read_node(r, &event, depth,
			       parent->kind == NODE_MAP ? &name : &child);
	yaml_event_delete(&event);
	if (rc)
		return rc;
	if (name) {
		rc = next_event(r, &event);
		if (rc)
			return rc;
		rc = read_node(r, &event, depth, &child);
		yaml_event_delete(&event);
		if (rc)
			return rc;
		child->name = name->text;
		child->name_line = name->line;
		child->name_column = name->column;
	}
	config_node_add(parent, child);
	return 0;
}

static int
read_children(struct reader *r, struct config_node *parent, unsigned depth)
{
	int rc;

	do
		rc = read_child(r, parent, depth);
	while (rc == 0);
	return rc == -E_GONE ? 0 : rc;
}

static int
read_documents(struct reader *r, struct config_node **root_out)
{
	yaml_event_type_t type;
	yaml_event_t event;
	unsigned documents_n = 0;
	int rc;

	do {
		rc = next_event(r, &event);
		if (rc)
			return rc;
		type = event.type;
		if (type == YAML_DOCUMENT_START_EVENT && ++documents_n > 1)
			rc = refuse_at(r, &event.start_mark,
				       "expected one document, found a second");
		else if (type == YAML_SCALAR_EVENT || type == YAML_ALIAS_EVENT ||
			 type == YAML_MAPPING_START_EVENT ||
			 type == YAML_SEQUENCE_START_EVENT)
			rc = read_node(r, &event, 0, root_out);
		yaml_event_delete(&event);
	} while (rc == 0 && type != YAML_STREAM_END_EVENT);
	return rc;
}

int
config_yaml_read(struct str text, const char *source, bool has_lines, struct arena *arena,
		 struct config_report *report, struct config_node **root_out)
{
	struct reader r = {.text = text,
			   .source = source,
			   .has_lines = has_lines,
			   .arena = arena,
			   .report = report};
	yaml_mark_t start = {0, 0, 0};
	int rc;

	*root_out = NULL;
	if (text.len > CONFIG_YAML_BYTES_MAX)
		return refuse_at(&r, &start, "longer than 1 MiB");
	if (!yaml_parser_initialize(&r.parser))
		return -E_NOMEM;
	yaml_parser_set_input_string(
		&r.parser, (const unsigned char *)(text.ptr ? text.ptr : ""), text.len);
	rc = read_documents(&r, root_out);
	yaml_parser_delete(&r.parser);
	if (rc == 0 && *root_out && config_node_is_empty(*root_out))
		*root_out = NULL;
	return rc;
}
