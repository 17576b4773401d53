/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing by libjwt, for the command that prints a token and for tests: HMAC only, the
 * gateway holds no private keys. The one place that knows which libjwt this is: 3 has
 * builders and JWKs, 1 and 2 have jwt_new.
 */
#include "config.h"

#include "policy/token.h"

#include "policy/token_keys.h"
#include "proto/base64.h"

#include <jwt.h>
#include <openssl/crypto.h>

#include <stdlib.h>

#ifdef HAVE_JWT_CHECKER_NEW

/* libjwt 3 takes keys as JWK only. */
static jwk_set_t *
make_jwk(const struct token_key *key)
{
	struct buf json = BUF_INIT;
	jwk_set_t *set = NULL;
	char *to;

	buf_add_str(&json, STR("{\"kty\":\"oct\",\"k\":\""));
	to = buf_reserve(&json, BASE64_LEN(key->secret_bytes));
	if (to)
		json.len += base64url_encode(key->secret, key->secret_bytes, to);
	buf_add_str(&json, STR("\"}"));
	if (!json.failed)
		set = jwks_create_strn(json.data, json.len);
	if (json.data)
		OPENSSL_cleanse(json.data, json.cap);
	buf_fini(&json);
	return set;
}

static bool
set_contents(jwt_builder_t *builder, const struct token_key *key, char *claims)
{
	jwt_value_t value;

	jwt_set_SET_JSON(&value, NULL, claims);
	value.replace = 1;
	if (jwt_builder_claim_set(builder, &value) != JWT_VALUE_ERR_NONE)
		return false;
	if (!*key->kid)
		return true;
	jwt_set_SET_STR(&value, "kid", key->kid);
	value.replace = 1;
	return jwt_builder_header_set(builder, &value) == JWT_VALUE_ERR_NONE;
}

static char *
sign(const struct token_key *key, jwt_alg_t alg, char *claims)
{
	jwk_set_t *set = make_jwk(key);
	const jwk_item_t *item = set && !jwks_error(set) ? jwks_item_get(set, 0) : NULL;
	jwt_builder_t *builder = item ? jwt_builder_new() : NULL;
	char *token = NULL;

	if (builder && jwt_builder_enable_iat(builder, 0) >= 0 &&
	    jwt_builder_setkey(builder, alg, item) == 0 &&
	    set_contents(builder, key, claims))
		token = jwt_builder_generate(builder);
	jwt_builder_free(builder);
	jwks_free(set);
	return token;
}

#else

static char *
sign(const struct token_key *key, jwt_alg_t alg, char *claims)
{
	jwt_t *jwt = NULL;
	char *token = NULL;

	if (jwt_new(&jwt) == 0 && jwt_add_grants_json(jwt, claims) == 0 &&
	    (!*key->kid || jwt_add_header(jwt, "kid", key->kid) == 0) &&
	    jwt_set_alg(jwt, alg, key->secret, (int)key->secret_bytes) == 0)
		token = jwt_encode_str(jwt);
	jwt_free(jwt);
	return token;
}

#endif

/* The weakest that the key serves is the one everybody understands. */
static const struct token_algorithm *
signing_algorithm(const struct token_key *key)
{
	for (size_t i = 0; i < TOKEN_HMACS_N; i++)
		if (key->algorithms & token_algorithm_bit(&token_algorithms[i]))
			return &token_algorithms[i];
	return NULL;
}

int
token_sign(const struct token_keys *k, struct str claims_json, struct buf *out)
{
	const struct token_algorithm *a = NULL;
	const struct token_key *key = k->keys;
	char *claims, *token;

	for (size_t i = 0; i < k->n && !a; i++) {
		key = &k->keys[i];
		a = signing_algorithm(key);
	}
	if (!a)
		return -E_UNSUPPORTED;
	claims = str_dup(claims_json);
	if (!claims)
		return -E_NOMEM;
	token = sign(key, jwt_str_alg(a->name), claims);
	free(claims);
	if (!token)
		return -E_ARGUMENT;
	buf_add_str(out, str_from(token));
	free(token);
	return out->failed ? -E_NOMEM : 0;
}
