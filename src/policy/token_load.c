/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loading: every fault of the configuration becomes a line of its own, so that the operator
 * sees all of them at once. Files are read once, here; a rotation is a reload.
 */
#include "policy/token_keys.h"

#include <openssl/crypto.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_BYTES_MAX = 1 << 20 };

/* Errors: -E_CONFIG with a line in errors, -E_NOMEM. Appends to out. */
static int
read_file(const struct token_source *from, const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rbe");
	size_t n = 1;

	if (!file) {
		buf_printf(from->errors, "%s: %s: %s\n", from->name, path,
			   strerror(errno));
		return -E_CONFIG;
	}
	while (n && out->len <= FILE_BYTES_MAX && buf_reserve(out, BUFSIZ)) {
		n = fread(out->data + out->len, 1, BUFSIZ, file);
		out->len += n;
	}
	n = (size_t)ferror(file);
	fclose(file);
	if (out->failed)
		return -E_NOMEM;
	if (n || out->len == 0 || out->len > FILE_BYTES_MAX) {
		buf_printf(from->errors, "%s: %s: unreadable, empty or above 1 MiB\n",
			   from->name, path);
		return -E_CONFIG;
	}
	return 0;
}

/* Editors and echo end a text with a newline that nobody means to be part of the secret; in
 * random bytes it may be one of them. */
static struct str
without_newline(struct str s)
{
	struct str line = s;

	if (str_has_suffix(s, STR("\r\n")))
		line.len -= 2;
	else if (str_has_suffix(s, STR("\n")))
		line.len--;
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] < ' ' || line.ptr[i] > '~')
			return s;
	return line;
}

static int
add_text(struct token_keys *k, const struct token_source *from, struct str text,
	 bool is_file)
{
	if (token_pem_is(text))
		return is_file ? token_pem_add(k, from, text)
			       : token_keys_complain(
					 from,
					 "a PEM text is no secret; give it as file");
	return token_keys_add_secret(k, from, is_file ? without_newline(text) : text);
}

static int
add_configured(struct token_keys *k, const struct token_source *from,
	       const struct config_key *key)
{
	struct buf text = BUF_INIT;
	int error;

	if (!*key->secret == !*key->file)
		return token_keys_complain(from, "give either secret or file");
	if (*key->secret)
		return add_text(k, from, str_from(key->secret), false);
	error = read_file(from, key->file, &text);
	if (!error)
		error = add_text(k, from, buf_str(&text), true);
	if (text.data)
		OPENSSL_cleanse(text.data, text.cap);
	buf_fini(&text);
	return error;
}

static int
add_jwks_file(struct token_keys *k, const char *path, struct buf *errors)
{
	struct token_source from = {"token.jwks_file", "", "", errors};
	struct buf text = BUF_INIT;
	int error = read_file(&from, path, &text);

	if (!error)
		error = token_jwks_add(k, path, buf_str(&text), errors);
	buf_fini(&text);
	return error;
}

/* The first fault does not keep the others from being found; memory running out does. */
static int
add_all(struct token_keys *k, const struct config_token *config, struct buf *errors)
{
	int error = 0, one = 0;

	if (*config->secret) {
		struct token_source from = {"token.secret (TIDEGATE_JWT_SECRET)", "", "",
					    errors};

		error = add_text(k, &from, str_from(config->secret), false);
	}
	for (size_t i = 0; error != -E_NOMEM && i < config->keys_n; i++) {
		const struct config_key *key = &config->keys[i];
		char name[48];
		struct token_source from = {name, key->kid, key->algorithm, errors};

		snprintf(name, sizeof(name), "token.keys.%zu", i);
		one = add_configured(k, &from, key);
		error = one ? one : error;
	}
	if (error != -E_NOMEM && *config->jwks_file) {
		one = add_jwks_file(k, config->jwks_file, errors);
		error = one ? one : error;
	}
	return error;
}

static int
copy_list(struct config_list *to, const struct config_list *from)
{
	to->items = calloc(from->n + 1, sizeof(*to->items));
	if (!to->items)
		return -E_NOMEM;
	for (; to->n < from->n; to->n++) {
		to->items[to->n] = str_dup(str_from(from->items[to->n]));
		if (!to->items[to->n])
			return -E_NOMEM;
	}
	return 0;
}

/* Sessions outlive the configuration snapshot they began with: keep what is needed. */
static int
copy_policy(struct token_keys *k, const struct config_token *config)
{
	k->leeway_s = config->leeway_s;
	if (copy_list(&k->audience, &config->audience) ||
	    copy_list(&k->issuer, &config->issuer))
		return -E_NOMEM;
	for (size_t i = 0; i < CLAIM_N; i++) {
		k->claims[i] = str_dup(str_from(config->claims[i]));
		if (!k->claims[i])
			return -E_NOMEM;
	}
	return 0;
}

int
token_keys_load(const struct config_token *config, struct token_keys **out,
		struct buf *errors)
{
	struct token_keys *k = calloc(1, sizeof(*k));
	int error;

	if (!k)
		return -E_NOMEM;
	atomic_init(&k->refs, 1);
	error = copy_policy(k, config);
	if (!error)
		error = add_all(k, config, errors);
	if (error) {
		token_keys_unref(k);
		return error;
	}
	*out = k;
	return 0;
}
