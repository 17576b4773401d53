/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/plugin.h"

#include "action/api.h"
#include "action/timer.h"
#include "base/log.h"
#include "config/config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct plugins {
	struct tg_host **hosts;
	size_t n;
};

/* --- may it be trusted? ------------------------------------------------------------------ */

/* Only root and we ourselves may be able to change it. */
static bool
is_safe(const char *path, struct buf *why)
{
	struct stat st;

	if (stat(path, &st)) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		return false;
	}
	if (st.st_mode & S_IWOTH) {
		buf_printf(why, "%s is writable by everybody", path);
		return false;
	}
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		buf_printf(why, "%s belongs to user %u, neither root nor us", path,
			   (unsigned)st.st_uid);
		return false;
	}
	return true;
}

/* --- one plugin -------------------------------------------------------------------------- */

static void
host_free(struct tg_host *h)
{
	if (h->object)
		dlclose(h->object);
	buf_fini(&h->why);
	free(h->name);
	free(h);
}

static struct tg_host *
host_new(struct actions *a, struct str file)
{
	struct tg_host *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->all = a;
	h->name = str_dup((struct str){file.ptr, file.len - sizeof(".so") + 1});
	if (h->name)
		return h;
	free(h);
	return NULL;
}

/* The object and its one symbol, of a kind that we know. */
static bool
open_object(struct tg_host *h, const char *path)
{
	const struct tg_plugin *p;

	h->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!h->object) {
		buf_add_str(&h->why, str_from(dlerror()));
		return false;
	}
	p = dlsym(h->object, "tg_plugin");
	if (!p)
		buf_printf(&h->why, "it has no symbol tg_plugin");
	else if (p->size < sizeof(*p) || p->abi != TG_ABI)
		buf_printf(&h->why, "it is built for ABI %u, this is ABI %d",
			   p->size < offsetof(struct tg_plugin, api_size) ? 0 : p->abi,
			   TG_ABI);
	else if (p->api_size > sizeof(struct tg_api))
		buf_printf(&h->why, "it is built for a newer version of tidegate");
	else if (!p->name || !p->version || !p->init || !p->link)
		buf_printf(&h->why, "tg_plugin is incomplete");
	else
		h->plugin = p;
	return h->plugin != NULL;
}

static bool
init(struct tg_host *h)
{
	int result;

	h->plugin->link->api = api_table();
	h->plugin->link->host = h;
	h->is_in_init = true;
	result = h->plugin->init();
	h->is_in_init = false;
	if (result == 0 && !h->is_at_fault)
		return true;
	if (!h->is_at_fault)
		buf_printf(&h->why, "its init returned %d", result);
	timer_forget(h->all, h);
	registry_remove(&h->all->registry, h); /* fini may free what was registered */
	if (result == 0 && h->plugin->fini)
		h->plugin->fini();
	return false;
}

/* --- all of them ------------------------------------------------------------------------- */

static void
refuse(struct str file, const struct buf *why)
{
	log_error("plugin refused", "file=%s why=%s", LOG_TEXT(file),
		  LOG_TEXT(buf_str(why)));
}

/* Errors: -E_NOMEM; a plugin that is refused is none. */
static int
load(struct plugins *all, struct actions *a, const char *directory, struct str file)
{
	struct tg_host **grown = realloc(all->hosts, (all->n + 1) * sizeof(grown[0]));
	struct tg_host *h = host_new(a, file);
	char path[PATH_MAX];

	if (grown)
		all->hosts = grown;
	if (!grown || !h) {
		if (h)
			host_free(h);
		return -E_NOMEM;
	}
	snprintf(path, sizeof(path), "%s/%.*s", directory, STR_ARG(file));
	if (!is_safe(path, &h->why) || !open_object(h, path) || !init(h)) {
		refuse(file, &h->why);
		host_free(h);
		return 0;
	}
	all->hosts[all->n++] = h;
	log_info("plugin loaded", "name=%s version=%s", LOG_TEXT(str_from(h->name)),
		 LOG_TEXT(str_from(h->plugin->version)));
	return 0;
}

static int
is_plugin(const struct dirent *entry)
{
	struct str name = str_from(entry->d_name);

	return name.ptr[0] != '.' && str_has_suffix(name, STR(".so"));
}

/* By bytes, so that the order does not depend on the locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
load_directory(struct plugins *all, struct actions *a, const char *directory)
{
	struct buf why = BUF_INIT;
	struct dirent **entries = NULL;
	int n = -1, error = 0;

	if (access(directory, F_OK) && errno == ENOENT) {
		log_warn("no plugins", "directory=%s why=not_there",
			 LOG_TEXT(str_from(directory)));
		return 0;
	}
	if (is_safe(directory, &why)) {
		n = scandir(directory, &entries, is_plugin, by_name);
		if (n < 0)
			buf_printf(&why, "%s: %s", directory, strerror(errno));
	}
	if (n < 0)
		refuse(STR("*"), &why);
	for (int i = 0; i < n; i++) {
		if (!error)
			error = load(all, a, directory, str_from(entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
	buf_fini(&why);
	return error;
}

struct plugins *
plugins_load(struct actions *a, const char *directory)
{
	struct plugins *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	if (!directory[0] || !load_directory(p, a, directory))
		return p;
	plugins_unload(p);
	return NULL;
}

void
plugins_unload(struct plugins *p)
{
	if (!p)
		return;
	while (p->n) {
		struct tg_host *h = p->hosts[--p->n];

		registry_remove(&h->all->registry, h);
		if (h->plugin->fini)
			h->plugin->fini();
		host_free(h);
	}
	free(p->hosts);
	free(p);
}

size_t
plugins_n(const struct plugins *p)
{
	return p->n;
}
