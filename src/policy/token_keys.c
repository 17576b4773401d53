/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a key may be used for is decided here, once: verification only compares bits. */
#include "policy/token_keys.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdlib.h>

int
token_keys_complain(const struct token_source *from, const char *what)
{
	buf_printf(from->errors, "%s: %s\n", from->name, what);
	return -E_CONFIG;
}

static void
fini_key(struct token_key *key)
{
	free(key->kid);
	EVP_PKEY_free(key->public_key);
	for (size_t i = 0; i < TOKEN_HMACS_N; i++)
		EVP_MAC_CTX_free(key->macs[i]);
	OPENSSL_clear_free(key->secret, key->secret_bytes);
}

/* Reduce what the key could do to what the configuration wants of it. */
static int
pin_algorithm(const struct token_source *from, bool is_secret, uint32_t *algorithms)
{
	const struct token_algorithm *a;

	if (!*from->algorithm)
		return 0;
	a = token_algorithm_find(str_from(from->algorithm));
	if (!a)
		return token_keys_complain(
			from, "unknown algorithm; known are HS256, HS384, HS512, RS256, "
			      "RS384, RS512, PS256, ES256, ES384 and EdDSA");
	if (is_secret != (a->family == TOKEN_HMAC)) {
		buf_printf(from->errors, "%s: %s needs %s\n", from->name, a->name,
			   is_secret ? "a public key in PEM, not a secret"
				     : "a secret, not a public key");
		return -E_CONFIG;
	}
	if (!(*algorithms & token_algorithm_bit(a))) {
		buf_printf(from->errors, "%s: the key does not fit %s\n", from->name,
			   a->name);
		return -E_CONFIG;
	}
	*algorithms = token_algorithm_bit(a);
	return 0;
}

/* Two keys with one kid and algorithm would make it a matter of luck which one counts. */
static int
refuse_twins(const struct token_keys *k, const struct token_source *from,
	     const struct token_key *key)
{
	for (size_t i = 0; *key->kid && i < k->n; i++)
		if (strcmp(k->keys[i].kid, key->kid) == 0 &&
		    k->keys[i].algorithms & key->algorithms)
			return token_keys_complain(
				from, "another key has this kid and algorithm already");
	return 0;
}

/* Takes over what key owns, in any case. */
static int
add_key(struct token_keys *k, const struct token_source *from, struct token_key *key)
{
	struct token_key *keys;
	int error = -E_NOMEM;

	key->kid = str_dup(str_from(from->kid));
	if (!key->kid)
		goto fail;
	error = refuse_twins(k, from, key);
	if (error)
		goto fail;
	keys = realloc(k->keys, (k->n + 1) * sizeof(*keys));
	if (!keys) {
		error = -E_NOMEM;
		goto fail;
	}
	k->keys = keys;
	k->keys[k->n++] = *key;
	return 0;
fail:
	fini_key(key);
	return error;
}

/* A context that is ready for the text: copying it costs less than setting the key. */
static EVP_MAC_CTX *
prepare_mac(const struct token_algorithm *a, struct str secret)
{
	/* all names have this length; OSSL_PARAM wants it mutable */
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest,
						 strlen(digest)),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;

	memcpy(digest, a->digest, strlen(digest));
	EVP_MAC_free(mac);
	if (ctx &&
	    EVP_MAC_init(ctx, (const unsigned char *)secret.ptr, secret.len, params))
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

int
token_keys_add_secret(struct token_keys *k, const struct token_source *from,
		      struct str secret)
{
	struct token_key key = {.algorithms = token_algorithms_of_secret(secret.len)};
	const struct token_algorithm *wanted = token_algorithm_find(
		str_from(from->algorithm));
	int error;

	if (!wanted || wanted->family != TOKEN_HMAC)
		wanted = &token_algorithms[0];
	if (secret.len < wanted->part_bytes) {
		buf_printf(from->errors,
			   "%s: the secret has %zu bytes; %s needs at least %u\n",
			   from->name, secret.len, wanted->name,
			   (unsigned)wanted->part_bytes);
		return -E_CONFIG;
	}
	error = pin_algorithm(from, true, &key.algorithms);
	if (error)
		return error;
	key.secret = OPENSSL_memdup(secret.ptr, secret.len);
	if (!key.secret)
		return -E_NOMEM;
	key.secret_bytes = secret.len;
	for (size_t i = 0; i < TOKEN_HMACS_N; i++) {
		if (!(key.algorithms & token_algorithm_bit(&token_algorithms[i])))
			continue;
		key.macs[i] = prepare_mac(&token_algorithms[i], secret);
		if (!key.macs[i]) {
			fini_key(&key);
			return -E_NOMEM;
		}
	}
	return add_key(k, from, &key);
}

int
token_keys_add_public(struct token_keys *k, const struct token_source *from,
		      EVP_PKEY *public_key)
{
	const char *why = "";
	struct token_key key = {
		.public_key = public_key,
		.algorithms = token_algorithms_of_public(public_key, &why),
	};
	EVP_PKEY_CTX *ctx;
	int error, is_sound;

	if (!key.algorithms)
		error = token_keys_complain(from, why);
	else
		error = pin_algorithm(from, false, &key.algorithms);
	if (error) {
		fini_key(&key);
		return error;
	}
	/* A point off the curve or an even exponent is found here and not by an attacker. */
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, public_key, NULL);
	is_sound = ctx ? EVP_PKEY_public_check(ctx) : 0;
	EVP_PKEY_CTX_free(ctx);
	if (is_sound != 1) {
		fini_key(&key);
		return token_keys_complain(from, "the public key is not sound");
	}
	return add_key(k, from, &key);
}

static void
fini_list(struct config_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
}

struct token_keys *
token_keys_ref(struct token_keys *k)
{
	atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
	return k;
}

void
token_keys_unref(struct token_keys *k)
{
	if (!k || atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < k->n; i++)
		fini_key(&k->keys[i]);
	free(k->keys);
	fini_list(&k->audience);
	fini_list(&k->issuer);
	for (size_t i = 0; i < CLAIM_N; i++)
		free(k->claims[i]);
	free(k);
}
