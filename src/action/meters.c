/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source: Prometheus text exposition format 0.0.4. */
#include "action/meters.h"

#include "base/errors.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { NAME_BYTES_MAX = 128 };

struct meter {
	_Atomic int64_t n;
	const struct tg_host *host;
	const char *help;
	bool is_gauge;
	char name[NAME_BYTES_MAX];
};

static bool
is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!islower((unsigned char)name.ptr[i]) &&
		    !isdigit((unsigned char)name.ptr[i]) && name.ptr[i] != '_')
			return false;
	return name.len != 0;
}

/* It goes out as it is: the format would want line ends and backslashes escaped. */
static bool
is_help(const char *help)
{
	return help && !strpbrk(help, "\n\\");
}

/* A plugin is called as its file is: what a metric's name may not hold becomes _. */
static bool
write_name(struct meter *to, struct str plugin, struct str name)
{
	static const char before[] = "tidegate_plugin_";
	size_t len = sizeof(before) - 1 + plugin.len + 1 + name.len;
	char *end = to->name + sizeof(before) - 1;

	if (len >= NAME_BYTES_MAX)
		return false;
	memcpy(to->name, before, sizeof(before) - 1);
	for (size_t i = 0; i < plugin.len; i++)
		*end++ = isalnum((unsigned char)plugin.ptr[i]) ? plugin.ptr[i] : '_';
	*end++ = '_';
	memcpy(end, name.ptr, name.len);
	end[name.len] = '\0';
	return true;
}

int
meters_add(struct meters *m, const struct tg_host *host, struct str plugin,
	   struct str name, const char *help, bool is_gauge, struct buf *why,
	   uint64_t *id_out)
{
	struct meter **grown = realloc(m->items, (m->n + 1) * sizeof(grown[0]));
	struct meter *made = calloc(1, sizeof(*made));
	int error = -E_ARGUMENT;

	if (grown)
		m->items = grown;
	if (!grown || !made) {
		free(made);
		return -E_NOMEM;
	}
	if (!is_name(name) || !is_help(help) || !write_name(made, plugin, name)) {
		buf_printf(why, "a counter needs a line of help without \\ and a short "
				"name of a-z, 0-9 and _");
		goto fail;
	}
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->items[i]->name, made->name) == 0) {
			buf_printf(why, "counter %.*s is there already", STR_ARG(name));
			error = -E_DUPLICATE;
			goto fail;
		}
	made->host = host;
	made->help = help;
	made->is_gauge = is_gauge;
	*id_out = (uintptr_t)made;
	m->items[m->n++] = made;
	return 0;
fail:
	free(made);
	return error;
}

void
meters_remove(struct meters *m, const struct tg_host *host)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (m->items[i]->host == host)
			free(m->items[i]);
		else
			m->items[kept++] = m->items[i];
	}
	m->n = kept;
}

void
meters_fini(struct meters *m)
{
	while (m->n)
		free(m->items[--m->n]);
	free(m->items);
	*m = (struct meters){0};
}

void
meters_count(uint64_t id, int64_t n)
{
	struct meter *m = (struct meter *)(uintptr_t)id;

	if (m)
		atomic_fetch_add_explicit(&m->n, n, memory_order_relaxed);
}

void
meters_write(const struct meters *m, struct buf *out)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct meter *x = m->items[i];

		buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", x->name, x->help,
			   x->name, x->is_gauge ? "gauge" : "counter", x->name,
			   (long long)atomic_load_explicit(&x->n, memory_order_relaxed));
	}
}
