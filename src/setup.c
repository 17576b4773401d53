/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "setup.h"

#include "base/errors.h"
#include "base/random.h"
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>

extern char **environ;

static bool
has_keys(const struct config *c)
{
	return c->token.keys_n || *c->token.secret || *c->token.jwks_file;
}

enum { SETTING_BYTES = 64 + 32 };

/* "token.secret=…", the same each time it is asked for. */
static const char *
make_secret(const char *key, char out[SETTING_BYTES])
{
	unsigned char random[32];
	int n;

	if (*out)
		return out;
	n = sprintf(out, "%s=", key);
	random_bytes(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		n += sprintf(out + n, "%02x", random[i]);
	return out;
}

static int
load_config(const struct options *o, const char *const *extra, size_t extra_n,
	    struct config **out, struct buf *errors)
{
	const char **sets = calloc(o->sets_n + extra_n + 1, sizeof(*sets));
	struct config_source source = {.file = o->config ? o->config
							 : getenv("TIDEGATE_CONFIG"),
				       .environment = environ,
				       .sets = sets,
				       .sets_n = o->sets_n + extra_n};
	int error;

	if (!sets)
		return -E_NOMEM;
	for (size_t i = 0; i < o->sets_n; i++)
		sets[i] = o->sets[i];
	for (size_t i = 0; i < extra_n; i++)
		sets[o->sets_n + i] = extra[i];
	error = config_load(&source, out, errors);
	free(sets);
	return error;
}

int
setup_config(const struct options *o, struct config **out, struct buf *errors)
{
	static char secret[SETTING_BYTES], api_key[SETTING_BYTES];
	const char *extra[2];
	size_t extra_n = 0;
	int error = load_config(o, NULL, 0, out, errors);

	if (error)
		return error;
	if ((*out)->demo && !has_keys(*out))
		extra[extra_n++] = make_secret("token.secret", secret);
	if ((*out)->demo && *(*out)->api_listen && !*(*out)->api_key)
		extra[extra_n++] = make_secret("api.key", api_key);
	if (!extra_n)
		return 0;
	config_unref(*out);
	return load_config(o, extra, extra_n, out, errors);
}
