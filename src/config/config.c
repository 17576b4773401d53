/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config.h"

#include "base/errors.h"
#include "config/config_check.h"
#include "config/config_read.h"
#include "config/config_source.h"
#include "config/config_yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Everything a snapshot points to lives in its arena; the counted struct comes first. */
struct snapshot {
	struct config config;
	struct arena arena;
};

static void
free_snapshot(struct snapshot *s)
{
	arena_fini(&s->arena);
	free(s);
}

/* Tree of the file (scratch) to snapshot. */
static int
fill(const struct config_source *source, struct str text, struct arena *scratch,
     struct config_report *report, struct snapshot *s)
{
	struct config_node *root;
	int rc = config_yaml_read(text, source->file ? source->file : "", true, scratch,
				  report, &root);

	if (rc)
		return rc;
	if (!root)
		root = config_node_new(scratch, NODE_MAP, source->file);
	if (!root)
		return -E_NOMEM;
	if (root->kind != NODE_MAP) {
		config_report_fault(report, root, NULL, "expected a mapping");
		return -E_CONFIG;
	}
	rc = config_source_defaults(root, scratch, report);
	if (rc)
		return rc;
	/* A wrong variable must not hide a wrong line of the file. */
	rc = config_source_apply(source, root, scratch, report);
	if (rc == 0 || rc == -E_CONFIG) {
		int read = config_read(root, &s->arena, report, &s->config);

		rc = read ? read : rc;
	}
	return rc ? rc : config_check(&s->config, root, &s->arena, report);
}

int
config_load_text(const struct config_source *source, struct str text,
		 struct config **config_out, struct buf *errors)
{
	struct config_report report = {.lines = errors};
	struct snapshot *s = calloc(1, sizeof(*s));
	struct arena scratch = ARENA_INIT;
	int rc;

	*config_out = NULL;
	if (!s)
		return -E_NOMEM;
	rc = fill(source, text, &scratch, &report, s);
	arena_fini(&scratch);
	if (rc) {
		free_snapshot(s);
		return rc;
	}
	atomic_init(&s->config.refs, 1);
	*config_out = &s->config;
	return 0;
}

static int
read_file(const char *path, struct buf *text, struct buf *errors)
{
	FILE *file = fopen(path, "rbe");
	char *to;
	size_t n;
	int rc = 0;

	if (!file)
		goto fail;
	/* One byte above the limit is enough for the reader to refuse the file. */
	to = buf_reserve(text, CONFIG_YAML_BYTES_MAX + 1);
	if (to) {
		n = fread(to, 1, CONFIG_YAML_BYTES_MAX + 1, file);
		text->len = n;
	}
	if (!to)
		rc = -E_NOMEM;
	else if (ferror(file))
		goto fail;
	fclose(file);
	return rc;
fail:
	buf_printf(errors, "%s: cannot be read: %s\n", path, strerror(errno));
	if (file)
		fclose(file);
	return -E_CONFIG;
}

int
config_load(const struct config_source *source, struct config **config_out,
	    struct buf *errors)
{
	struct buf text = BUF_INIT;
	int rc = source->file ? read_file(source->file, &text, errors) : 0;

	*config_out = NULL;
	if (rc == 0)
		rc = config_load_text(source, buf_str(&text), config_out, errors);
	buf_fini(&text);
	return rc;
}

struct config *
config_ref(struct config *c)
{
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void
config_unref(struct config *c)
{
	if (c && atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
		free_snapshot((struct snapshot *)c);
}

const char *
config_dialect_name(enum config_dialect d)
{
	static const char *const names[] = {
		[DIALECT_ACTIONS] = "actions",   [DIALECT_SCHEDULE] = "schedule",
		[DIALECT_ROOMS] = "rooms",       [DIALECT_TOPICS] = "topics",
		[DIALECT_CHANNELS] = "channels", [DIALECT_ENGINE_ECHO] = "engine-echo",
		[DIALECT_WS_ECHO] = "ws-echo",   [DIALECT_UNDECIDED] = "undecided",
	};

	return names[d];
}

struct str
config_plugin_text(const struct config *c, struct str plugin_name)
{
	for (size_t i = 0; i < c->plugins_n; i++)
		if (str_eq(str_from(c->plugins[i].name), plugin_name))
			return str_from(c->plugins[i].text);
	return STR("{}");
}
