/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_read.h"

#include "base/errors.h"
#include "config/config_json.h"
#include "config/config_value.h"

struct reader {
	struct arena *arena;
	struct config_report *report;
	enum config_dialect dialect; /* of the mount that is read */
	bool is_short;
};

static void read_scope(struct reader *r, enum config_scope scope,
		       const struct config_node *node, const struct config_path *path,
		       void *base);

enum config_dialect
config_read_dialect(const struct config_node *mount)
{
	const struct config_row *row = config_keys_find(SCOPE_MOUNT, STR("dialect"));
	const struct config_node *name = config_node_find(mount, STR("dialect"));
	int i = name && name->kind == NODE_TEXT ? config_keys_word(row->words, name->text)
						: -1;

	return i < 0 ? DIALECT_ACTIONS : (enum config_dialect)i;
}

/* What stands for a secret, or where a text cannot be meant, is not shown. */
static void
found_what(const struct config_row *row, const struct config_node *node, struct buf *out)
{
	if (config_node_is_empty(node))
		buf_add_str(out, STR("nothing"));
	else if (node->kind == NODE_MAP)
		buf_add_str(out, STR("a mapping"));
	else if (node->kind == NODE_LIST)
		buf_add_str(out, STR("a list"));
	else if (row->type == TYPE_SECRET)
		buf_add_str(out, STR("another text"));
	else if (row->type >= TYPE_TEXTS)
		buf_add_str(out, STR("a text"));
	else {
		buf_add_str(out, node->is_plain ? STR("") : STR("the text "));
		config_report_add_quoted(out, node->text);
	}
}

/* "expected X, found Y" */
static void
report_type(struct reader *r, const struct config_row *row,
	    const struct config_node *node, const struct config_path *path)
{
	struct buf expected = BUF_INIT, found = BUF_INIT;

	config_value_expected(row, &expected);
	found_what(row, node, &found);
	if (expected.failed || found.failed)
		r->is_short = true;
	else
		config_report_fault(r->report, node, path, "expected %.*s, found %.*s",
				    STR_ARG(buf_str(&expected)),
				    STR_ARG(buf_str(&found)));
	buf_fini(&expected);
	buf_fini(&found);
}

/* Room for n of the structs of a list, zeroed; the list's pointer and length are set. */
static void *
new_array(struct reader *r, void *member, size_t n, size_t size)
{
	void *array = arena_alloc(r->arena, (n ? n : 1) * size);

	if (!array) {
		r->is_short = true;
		n = 0;
	} else {
		memset(array, 0, n * size);
	}
	memcpy(member, &array, sizeof(array));
	memcpy((char *)member + sizeof(array), &n, sizeof(n));
	return array;
}

static char *
copy_text(struct reader *r, struct str text)
{
	char *copy = arena_alloc(r->arena, text.len + 1);

	if (!copy) {
		r->is_short = true;
		return NULL;
	}
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return copy;
}

static void
read_texts(struct reader *r, const struct config_node *node,
	   const struct config_path *path, void *member)
{
	static const struct config_row item = {
		.type = TYPE_TEXT, .min = "1", .max = "4095"};
	struct config_path here = {.up = path};
	char **items = new_array(r, member, node ? node->children_n : 0, sizeof(char *));

	for (const struct config_node *c = node && items ? node->first : NULL; c;
	     c = c->next) {
		int rc = -E_CONFIG;

		if (c->kind == NODE_TEXT)
			rc = config_value_set(&item, c->text, r->arena,
					      &items[here.index]);
		if (rc == -E_CONFIG)
			report_type(r, &item, c, &here);
		r->is_short |= rc == -E_NOMEM;
		here.index++;
	}
}

static bool
is_plugin_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == '/' || name.ptr[i] == '.' ||
		    (unsigned char)name.ptr[i] <= ' ')
			return false;
	return name.len > 0;
}

static void
read_plugins(struct reader *r, const struct config_node *node,
	     const struct config_path *path, void *member)
{
	struct config_path here = {.up = path};
	struct config_plugin *plugins = new_array(r, member, node ? node->children_n : 0,
						  sizeof(*plugins));
	struct buf text = BUF_INIT;

	for (const struct config_node *c = node && plugins ? node->first : NULL; c;
	     c = c->next, plugins++) {
		here.name = c->name;
		if (!is_plugin_name(c->name))
			config_report_name(r->report, c, &here,
					   "expected a plugin's name, which has no '/', "
					   "'.' or blank");
		if (config_node_find(node, c->name) != c)
			config_report_name(r->report, c, &here, "duplicate key");
		buf_clear(&text);
		if (config_node_is_empty(c))
			buf_add_str(&text, STR("{}"));
		else if (c->kind == NODE_MAP)
			config_json_write(c, &here, r->report, &text);
		else
			config_report_fault(r->report, c, &here, "expected a mapping");
		r->is_short |= text.failed;
		plugins->name = copy_text(r, c->name);
		plugins->text = copy_text(r, buf_str(&text));
	}
	buf_fini(&text);
}

static void
read_items(struct reader *r, const struct config_row *row, const struct config_node *node,
	   const struct config_path *path, void *member)
{
	struct config_path here = {.up = path};
	size_t size = config_keys_size(row->child);
	char *items = new_array(r, member, node ? node->children_n : 0, size);

	for (const struct config_node *c = node && items ? node->first : NULL; c;
	     c = c->next) {
		if (row->child == SCOPE_MOUNT)
			r->dialect = config_read_dialect(c);
		if (c->kind == NODE_MAP)
			read_scope(r, row->child, c, &here, items + here.index * size);
		else
			config_report_fault(r->report, c, &here, "expected a mapping");
		here.index++;
	}
}

/* A rate as a mapping. */
static void
read_rate(struct reader *r, const struct config_node *node,
	  const struct config_path *path, struct config_rate *rate)
{
	double whole;

	read_scope(r, SCOPE_RATE, node, path, rate);
	whole = (double)(uint32_t)rate->per_second;
	if (rate->burst == 0)
		rate->burst = (uint32_t)whole + (rate->per_second > whole);
}

static void
read_scalar(struct reader *r, const struct config_row *row,
	    const struct config_node *node, const struct config_path *path, void *base)
{
	/* quotes make text of a number or boolean */
	bool is_word = row->type <= TYPE_REAL;
	int rc = -E_CONFIG;

	if (node->kind == NODE_TEXT && !config_node_is_empty(node) &&
	    (node->is_plain || !is_word) &&
	    !(node->is_plain && str_eq(node->text, STR("~"))))
		rc = config_value_set(row, node->text, r->arena, base);
	if (rc == -E_CONFIG)
		report_type(r, row, node, path);
	r->is_short |= rc == -E_NOMEM;
}

/* The value of one key: a node that was written. */
static void
read_value(struct reader *r, const struct config_row *row, const struct config_node *node,
	   const struct config_path *path, void *base)
{
	void *member = (char *)base + row->offset;
	bool is_empty = config_node_is_empty(node);

	if (row->type == TYPE_SECTION && (is_empty || node->kind == NODE_MAP))
		read_scope(r, row->child, node, path, member);
	else if (row->type == TYPE_ITEMS && node->kind == NODE_LIST)
		read_items(r, row, node, path, member);
	else if (row->type == TYPE_PLUGINS && (is_empty || node->kind == NODE_MAP))
		read_plugins(r, node, path, member);
	else if (row->type == TYPE_TEXTS && node->kind == NODE_LIST)
		read_texts(r, node, path, member);
	else if (row->type == TYPE_RATE && node->kind == NODE_MAP)
		read_rate(r, node, path, member);
	else
		read_scalar(r, row, node, path, base);
}

static void
set_default(struct reader *r, const struct config_row *row,
	    const struct config_node *node, const struct config_path *path, void *base)
{
	void *member = (char *)base + row->offset;
	const char *text = config_keys_default(row, r->dialect);
	int rc;

	switch (row->type) {
	case TYPE_SECTION:
		read_scope(r, row->child, NULL, path, member);
		return;
	case TYPE_ITEMS:
		new_array(r, member, 0, sizeof(char *));
		return;
	case TYPE_PLUGINS:
		read_plugins(r, NULL, path, member);
		return;
	case TYPE_TEXTS:
		read_texts(r, NULL, path, member);
		return;
	default:
		break;
	}
	if (!text) {
		config_report_fault(r->report, node, path,
				    "expected a value, found none");
		return;
	}
	rc = config_value_set(row, str_from(text), r->arena, base);
	r->is_short |= rc == -E_NOMEM;
}

/* Fill the struct at base from a mapping; from defaults alone when node is NULL. */
static void
read_scope(struct reader *r, enum config_scope scope, const struct config_node *node,
	   const struct config_path *path, void *base)
{
	struct config_path here = {.up = path};

	for (size_t i = 0; i < config_rows_n; i++) {
		const struct config_row *row = &config_rows[i];

		here.name = str_from(row->name);
		if (row->scope == scope && !config_node_find(node, here.name))
			set_default(r, row, node, &here, base);
	}
	for (const struct config_node *c = node ? node->first : NULL; c; c = c->next) {
		const struct config_row *row = config_keys_find(scope, c->name);
		const char *nearest = row ? NULL : config_keys_nearest(scope, c->name);

		here.name = c->name;
		if (!row)
			config_report_name(r->report, c, &here, "unknown key%s%s%s",
					   nearest ? "; did you mean " : "",
					   nearest ? nearest : "", nearest ? "?" : "");
		else if (config_node_find(node, c->name) != c)
			config_report_name(r->report, c, &here, "duplicate key");
		else if (scope == SCOPE_MOUNT && !config_keys_is_for(row, r->dialect))
			config_report_name(r->report, c, &here,
					   "a mount of dialect %s has no such key",
					   config_dialect_name(r->dialect));
		else
			read_value(r, row, c, &here, base);
	}
}

int
config_read(const struct config_node *root, struct arena *arena,
	    struct config_report *report, struct config *config)
{
	struct reader r = {.arena = arena, .report = report};
	struct config_path top = {.up = NULL};
	unsigned faults_n = report->faults_n;

	read_scope(&r, SCOPE_ROOT, root, &top, config);
	if (r.is_short)
		return -E_NOMEM;
	return report->faults_n > faults_n ? -E_CONFIG : 0;
}
