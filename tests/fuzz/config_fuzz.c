/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file from memory: loaded or refused with at least one line that says why,
 * and a snapshot that was loaded holds what the limits promise. */
#include "target.h"

#include "base/errors.h"
#include "config/config.h"

#include <stdlib.h>

static void
need(bool holds)
{
	if (!holds)
		abort();
}

static void
look_at(const struct config *c)
{
	need(c->listeners_n > 0 && c->plugin_dir[0] && c->http.head_bytes >= 1024);
	for (size_t i = 0; i < c->mounts_n; i++) {
		const struct config_mount *m = &c->mounts[i];

		need(m->path[0] == '/' && m->host && m->listener && m->cookie);
		need(m->polling || m->websocket);
		need(m->queue_hard_bytes >= m->queue_soft_bytes);
		need(m->message_rate.per_second >= 0 && m->json_depth <= 512);
		need(!m->message_rate.burst == (m->message_rate.per_second == 0));
	}
	for (size_t i = 0; i < CLAIM_N; i++)
		need(c->token.claims[i] && c->token.claims[i][0]);
	for (size_t i = 0; i < c->plugins_n; i++)
		need(c->plugins[i].name[0] && c->plugins[i].text[0] == '{');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char secret[] = "TIDEGATE_JWT_SECRET=0123456789abcdef0123456789abcdef";
	char *environment[] = {secret, NULL};
	struct config_source source = {.file = "fuzz.yaml", .environment = environment};
	struct buf errors = BUF_INIT;
	struct config *c;
	int rc = config_load_text(&source, (struct str){(const char *)data, size}, &c,
				  &errors);

	need(rc == 0 ? c && errors.len == 0 : !c);
	need(rc == 0 ||
	     (rc == -E_CONFIG && errors.len && errors.data[errors.len - 1] == '\n'));
	if (c)
		look_at(c);
	config_unref(c);
	buf_fini(&errors);
	return 0;
}
