/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_check.h"

#include "base/errors.h"
#include "config/config_form.h"
#include "config/config_keys.h"

enum { API_KEY_BYTES_MIN = 16 };

struct checker {
	struct config *config;
	const struct config_node *root;
	struct config_report *report;
	struct arena *arena;
};

/* A fault of the key at list.index.name (index < 0: without it; name "": without it), placed
 * at the nearest node that was written. */
static void
fault(struct checker *c, const char *list, int index, const char *name, const char *why)
{
	const struct config_node *node = c->root, *next;
	struct config_path top = {.up = NULL}, path[4];
	struct str rest = str_from(list);
	const struct config_path *here = &top;
	size_t n = 0;

	while (rest.ptr && n < 2) {
		struct str part = str_cut(&rest, '.');

		path[n] = (struct config_path){.up = here, .name = part};
		here = &path[n++];
		next = config_node_find(node, part);
		node = next ? next : node;
	}
	if (index >= 0) {
		path[n] = (struct config_path){.up = here, .index = (uint32_t)index};
		here = &path[n++];
		next = config_node_item(node, (uint32_t)index);
		node = next ? next : node;
	}
	if (*name) {
		path[n] = (struct config_path){.up = here, .name = str_from(name)};
		here = &path[n];
		next = config_node_find(node, here->name);
		node = next ? next : node;
	}
	config_report_fault(c->report, node, here, "%s", why);
}

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Was the key of this mount written? */
static bool
is_given(const struct checker *c, size_t mount, const char *name)
{
	const struct config_node *mounts = config_node_find(c->root, STR("mounts"));

	return config_node_find(config_node_item(mounts, (uint32_t)mount),
				str_from(name));
}

static bool
is_engine(const struct config_mount *m)
{
	return m->dialect == DIALECT_ACTIONS || m->dialect == DIALECT_ENGINE_ECHO;
}

static bool
has_listener(const struct checker *c, const char *name)
{
	for (size_t i = 0; i < c->config->listeners_n; i++)
		if (same(c->config->listeners[i].name, name))
			return true;
	return *name == '\0';
}

/* --- what follows from other values --------------------------------------------------- */

static int
settle_mount(struct checker *c, size_t i)
{
	struct config_mount *m = &c->config->mounts[i];
	size_t len = strlen(m->path);

	while (len > 1 && m->path[len - 1] == '/')
		m->path[--len] = '\0';
	for (char *at = m->host; *at; at++)
		*at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
	if (is_engine(m) && !is_given(c, i, "message_size"))
		m->message_bytes = m->max_payload_bytes;
	if (!is_engine(m)) {
		m->polling = m->upgrades = false;
		m->websocket = true;
	}
	if (m->dialect != DIALECT_ACTIONS)
		m->session_required = m->serve_client = false;
	if (c->config->demo && !is_given(c, i, "origins")) {
		static const char all[] = "*";
		char **items = arena_alloc(c->arena, sizeof(*items));
		char *item = arena_alloc(c->arena, sizeof(all));

		if (!items || !item)
			return -E_NOMEM;
		memcpy(item, all, sizeof(all));
		items[0] = item;
		m->origins = (struct config_list){items, 1};
	}
	return 0;
}

/* Does the value of that item stand there only because nobody gave another? */
static bool
is_default(const struct checker *c, struct str list, size_t item, struct str name)
{
	const struct config_node *node = config_node_find(c->root, list);

	node = config_node_find(config_node_item(node, (uint32_t)item), name);
	return node && same(node->source, "default");
}

/* Whoever lists listeners and no mounts has the default mounts on those that are there. The
 * one that may be missing is the last of them. */
static void
drop_mounts_without_listener(struct checker *c)
{
	struct config *config = c->config;
	size_t last = config->mounts_n - 1;

	while (last && last < config->mounts_n &&
	       !has_listener(c, config->mounts[last].listener) &&
	       is_default(c, STR("mounts"), last, STR("listener")))
		config->mounts_n = last--;
}

static bool
is_loopback(const char *address)
{
	struct str a = str_from(address);

	return str_has_prefix(a, STR("127.")) || str_has_prefix(a, STR("[::1]:")) ||
	       str_has_prefix(a, STR("unix:")) || str_has_prefix(a, STR("localhost:"));
}

/* Can the mount be reached from this host only? */
static bool
is_local(const struct checker *c, const struct config_mount *m)
{
	bool is = true;

	for (size_t i = 0; i < c->config->listeners_n; i++)
		if (!*m->listener || same(m->listener, c->config->listeners[i].name))
			is &= is_loopback(c->config->listeners[i].address);
	return is;
}

/* The demo believes what a topics client says of itself, so its listener is for this host. */
static int
settle_demo(struct checker *c)
{
	static const char local[] = "127.0.0.1:5000";

	for (size_t i = 0; i < c->config->listeners_n; i++) {
		char *address;

		if (!same(c->config->listeners[i].name, "topics") ||
		    !is_default(c, STR("listeners"), i, STR("address")))
			continue;
		address = arena_alloc(c->arena, sizeof(local));
		if (!address)
			return -E_NOMEM;
		c->config->listeners[i].address = memcpy(address, local, sizeof(local));
	}
	for (size_t i = 0; i < c->config->mounts_n; i++) {
		struct config_mount *m = &c->config->mounts[i];

		if (m->dialect == DIALECT_TOPICS && is_local(c, m) &&
		    !is_given(c, i, "trust_user_id"))
			m->trust_user_id = TRUST_LOOPBACK;
	}
	return 0;
}

/* A relative folder in the file is meant from where the file is; elsewhere (a variable, --set)
 * from where the program was started. */
static int
settle_folder(struct checker *c, const char *name, char **folder, const char *built_in)
{
	const struct config_node *node = config_node_find(c->root, str_from(name));
	const char *slash = node && node->line ? strrchr(node->source, '/') : NULL;
	const char *text = **folder ? *folder : built_in;
	size_t above = slash && *text != '/' ? (size_t)(slash + 1 - node->source) : 0;
	size_t size = above + strlen(text) + 1;
	char *copy;

	if (!above && **folder)
		return 0;
	copy = arena_alloc(c->arena, size);
	if (!copy)
		return -E_NOMEM;
	memcpy(copy, above ? node->source : "", above);
	memcpy(copy + above, text, size - above);
	*folder = copy;
	return 0;
}

static int
settle(struct checker *c)
{
	int rc = settle_folder(c, "plugin_dir", &c->config->plugin_dir, TG_PLUGIN_DIR);

	if (rc == 0)
		rc = settle_folder(c, "html_dir", &c->config->html_dir, TG_HTML_DIR);
	if (rc == 0)
		rc = settle_folder(c, "client_dir", &c->config->client_dir,
				   TG_CLIENT_DIR);
	drop_mounts_without_listener(c);
	for (size_t i = 0; rc == 0 && i < c->config->mounts_n; i++)
		rc = settle_mount(c, i);
	if (rc == 0 && c->config->demo)
		rc = settle_demo(c);
	return rc;
}

/* --- listeners ------------------------------------------------------------------------ */

static void
check_listener(struct checker *c, size_t i)
{
	const struct config_listener *l = &c->config->listeners[i];
	struct str address = str_from(l->address);
	int at = (int)i;

	if (!config_form_is_address(address))
		fault(c, "listeners", at, "address",
		      "expected an address such as 0.0.0.0:8000, [::]:8000 or "
		      "unix:/path");
	if (!*l->tls_certificate != !*l->tls_key)
		fault(c, "listeners", at, *l->tls_key ? "tls_certificate" : "tls_key",
		      "TLS needs both tls_certificate and tls_key");
	for (size_t j = 0; j < i; j++) {
		const struct config_listener *other = &c->config->listeners[j];

		if (same(l->name, other->name))
			fault(c, "listeners", at, "name",
			      "expected a name that no other listener has");
		if (same(l->address, other->address) &&
		    !str_has_suffix(address, STR(":0")))
			fault(c, "listeners", at, "address",
			      "expected an address that no other listener has");
	}
}

/* --- mounts --------------------------------------------------------------------------- */

static bool
has_token_key(const struct checker *c)
{
	const struct config_token *t = &c->config->token;

	return t->keys_n || *t->secret || *t->jwks_file || c->config->demo;
}

static void
check_mount_lists(struct checker *c, const struct config_mount *m, int at)
{
	bool has_all = false;

	for (size_t i = 0; i < m->origins.n; i++) {
		has_all |= same(m->origins.items[i], "*");
		if (!config_form_is_origin(str_from(m->origins.items[i])))
			fault(c, "mounts", at, "origins",
			      "expected origins such as https://a.example, "
			      "https://*.example, null or *, without a path");
	}
	if (m->cors_credentials && has_all)
		fault(c, "mounts", at, "cors_credentials",
		      "with origins * any page could act for a user: list the origins");
	for (size_t i = 0; i < m->namespaces.n; i++)
		if (m->namespaces.items[i][0] != '/' ||
		    strpbrk(m->namespaces.items[i], ",? "))
			fault(c, "mounts", at, "namespaces",
			      "expected names that begin with / and hold no comma, "
			      "blank or ?");
}

static void
check_mount_place(struct checker *c, const struct config_mount *m, int at)
{
	if (!config_form_is_path(str_from(m->path)))
		fault(c, "mounts", at, "path",
		      "expected a path that begins with /, without query, "
		      "escapes or dots");
	if (!has_listener(c, m->listener))
		fault(c, "mounts", at, "listener", "expected the name of a listener");
	if (*m->host && !config_form_is_host(str_from(m->host)))
		fault(c, "mounts", at, "host",
		      "expected a host name or address, without port");
	for (int i = 0; i < at; i++) {
		const struct config_mount *o = &c->config->mounts[i];

		if (same(m->path, o->path) && same(m->listener, o->listener) &&
		    same(m->host, o->host) && m->dialect == o->dialect)
			fault(c, "mounts", at, "path",
			      "another mount has this listener, host, path and dialect");
	}
}

/* One fault for all of them is enough. */
static bool
is_first_with_tokens(const struct checker *c, size_t mount)
{
	for (size_t i = 0; i < mount; i++)
		if (c->config->mounts[i].auth == AUTH_TOKEN)
			return false;
	return true;
}

static void
check_mount(struct checker *c, size_t i)
{
	const struct config_mount *m = &c->config->mounts[i];
	int at = (int)i;

	check_mount_place(c, m, at);
	check_mount_lists(c, m, at);
	if (m->auth == AUTH_TOKEN && !has_token_key(c) && is_first_with_tokens(c, i))
		fault(c, "mounts", at, "auth",
		      "no key to check tokens with: give token.secret "
		      "(better as TIDEGATE_JWT_SECRET), token.keys or "
		      "token.jwks_file, or auth: none");
	if (!m->polling && !m->websocket)
		fault(c, "mounts", at, "websocket",
		      "expected polling or websocket or both to be true");
	if (*m->claim && (!strchr(m->claim, '=') || m->claim[0] == '='))
		fault(c, "mounts", at, "claim", "expected NAME=VALUE");
	if (m->trust_user_id == TRUST_LOOPBACK && !is_local(c, m))
		fault(c, "mounts", at, "trust_user_id",
		      "anybody could be anybody: expected a listener on "
		      "127.0.0.1 or [::1], or forced");
	if (m->queue_hard_bytes < m->queue_soft_bytes)
		fault(c, "mounts", at, "queue_hard", "expected at least queue_soft");
	if (m->cookie[0] && !config_form_is_token(str_from(m->cookie)))
		fault(c, "mounts", at, "cookie", "expected a cookie's name");
}

/* --- the rest ------------------------------------------------------------------------- */

static void
check_key(struct checker *c, size_t i)
{
	const struct config_key *k = &c->config->token.keys[i];
	bool is_hmac = strncmp(k->algorithm, "HS", 2) == 0;
	int at = (int)i;

	if (!*k->secret == !*k->file)
		fault(c, "token.keys", at, "secret",
		      "expected either a secret or a file");
	if (*k->secret && *k->algorithm && !is_hmac)
		fault(c, "token.keys", at, "algorithm",
		      "a secret is for HS256, HS384 and HS512 only");
	for (size_t j = 0; j < i; j++)
		if (same(k->kid, c->config->token.keys[j].kid))
			fault(c, "token.keys", at, "kid",
			      "expected a kid that no other key has");
}

static void
check_process(struct checker *c)
{
	const struct config *config = c->config;
	struct str url = str_from(config->redis_url);

	for (size_t i = 0; i < config->trusted_proxies.n; i++)
		if (!config_form_is_network(str_from(config->trusted_proxies.items[i])))
			fault(c, "trusted_proxies", (int)i, "",
			      "expected an address or a network such as 10.0.0.0/8");
	if (url.len && !str_has_prefix(url, STR("redis://")) &&
	    !str_has_prefix(url, STR("rediss://")) && !str_has_prefix(url, STR("unix:/")))
		fault(c, "redis", -1, "url",
		      "expected redis://…, rediss://… or unix:/path");
	if (*config->api_listen && !config_form_is_address(str_from(config->api_listen)))
		fault(c, "api", -1, "listen",
		      "expected an address such as 127.0.0.1:8001 or unix:/path");
	if (*config->api_key && strlen(config->api_key) < API_KEY_BYTES_MIN)
		fault(c, "api", -1, "key", "expected 16 characters or more");
	if (config->token.cookie[0] &&
	    !config_form_is_token(str_from(config->token.cookie)))
		fault(c, "token", -1, "cookie", "expected a cookie's name");
	if (config->http.target_bytes > config->http.head_bytes)
		fault(c, "http", -1, "target_size", "expected at most head_size");
	if (config->listeners_n == 0)
		fault(c, "listeners", -1, "", "expected at least one listener");
}

int
config_check(struct config *config, const struct config_node *root, struct arena *arena,
	     struct config_report *report)
{
	struct checker c = {config, root, report, arena};
	unsigned faults_n = report->faults_n;
	int rc = settle(&c);

	if (rc)
		return rc;
	check_process(&c);
	for (size_t i = 0; i < config->listeners_n; i++)
		check_listener(&c, i);
	for (size_t i = 0; i < config->token.keys_n; i++)
		check_key(&c, i);
	for (size_t i = 0; i < config->mounts_n; i++)
		check_mount(&c, i);
	return report->faults_n > faults_n ? -E_CONFIG : 0;
}
