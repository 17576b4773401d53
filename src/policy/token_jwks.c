/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys from a JWK Set. As RFC 7517 5 wants, a key of unknown kind, for another use or
 * algorithm is passed over; one that claims to be usable and is malformed is a fault, and
 * so is a set from which nothing is left.
 */
#include "policy/token_keys.h"

#include "proto/base64.h"

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <stdio.h>

enum { NUMBER_BYTES_MAX = 1024, POINT_BYTES_MAX = 66 };

struct bytes {
	unsigned char data[NUMBER_BYTES_MAX + 4];
	size_t n;
};

static const char *
text_member(const json_t *jwk, const char *name)
{
	const char *text = json_string_value(json_object_get(jwk, name));

	return text ? text : "";
}

static bool
bytes_member(const json_t *jwk, const char *name, struct bytes *out)
{
	struct str text = str_from(text_member(jwk, name));

	return text.len > 0 && text.len <= BASE64_LEN(NUMBER_BYTES_MAX) &&
	       base64url_decode(text, out->data, &out->n) == 0 && out->n > 0;
}

/* A public key of this type ("RSA", "EC") from what was built; NULL when it is none. */
static EVP_PKEY *
from_parameters(const char *type, OSSL_PARAM_BLD *builder)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params && ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *
read_rsa(const json_t *jwk)
{
	struct bytes n, e;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = NULL, *exponent = NULL;
	EVP_PKEY *key = NULL;

	if (builder && bytes_member(jwk, "n", &n) && bytes_member(jwk, "e", &e)) {
		modulus = BN_bin2bn(n.data, (int)n.n, NULL);
		exponent = BN_bin2bn(e.data, (int)e.n, NULL);
		if (modulus && exponent &&
		    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) &&
		    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent))
			key = from_parameters("RSA", builder);
	}
	BN_free(modulus);
	BN_free(exponent);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static const struct token_algorithm *
algorithm_of_curve(const char *curve)
{
	if (strcmp(curve, "P-256") == 0)
		return token_algorithm_find(STR("ES256"));
	if (strcmp(curve, "P-384") == 0)
		return token_algorithm_find(STR("ES384"));
	return NULL;
}

static EVP_PKEY *
read_ec(const json_t *jwk)
{
	const struct token_algorithm *a = algorithm_of_curve(text_member(jwk, "crv"));
	OSSL_PARAM_BLD *builder;
	struct bytes x, y;
	unsigned char point[1 + 2 * POINT_BYTES_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
	EVP_PKEY *key = NULL;

	if (!a || !bytes_member(jwk, "x", &x) || !bytes_member(jwk, "y", &y) ||
	    x.n != a->part_bytes || y.n != a->part_bytes)
		return NULL;
	memcpy(point + 1, x.data, x.n);
	memcpy(point + 1 + x.n, y.data, y.n);
	builder = OSSL_PARAM_BLD_new();
	if (builder &&
	    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, a->group,
					    0) &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point,
					     1 + 2 * (size_t)a->part_bytes))
		key = from_parameters("EC", builder);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static EVP_PKEY *
read_okp(const json_t *jwk)
{
	struct bytes x;

	return bytes_member(jwk, "x", &x)
		       ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.data, x.n)
		       : NULL;
}

/* Of a kind and for a use that concerns us? */
static bool
is_for_us(const json_t *jwk)
{
	const char *kty = text_member(jwk, "kty"), *crv = text_member(jwk, "crv");
	const char *alg = text_member(jwk, "alg"), *use = text_member(jwk, "use");
	const json_t *operations = json_object_get(jwk, "key_ops"), *operation;
	bool may_verify = operations == NULL;
	size_t i;

	json_array_foreach (operations, i, operation)
		if (json_is_string(operation) &&
		    strcmp(json_string_value(operation), "verify") == 0)
			may_verify = true;
	if (!may_verify || (*use && strcmp(use, "sig") != 0) ||
	    (*alg && !token_algorithm_find(str_from(alg))))
		return false;
	if (strcmp(kty, "EC") == 0)
		return algorithm_of_curve(crv) != NULL;
	if (strcmp(kty, "OKP") == 0)
		return strcmp(crv, "Ed25519") == 0;
	return strcmp(kty, "RSA") == 0 || strcmp(kty, "oct") == 0;
}

static int
add_jwk(struct token_keys *k, const struct token_source *from, const json_t *jwk)
{
	const char *kty = text_member(jwk, "kty");
	struct bytes secret;
	EVP_PKEY *key;
	int error;

	if (strcmp(kty, "oct") == 0) {
		if (!bytes_member(jwk, "k", &secret))
			return token_keys_complain(from, "member k is not base64url");
		error = token_keys_add_secret(
			k, from, (struct str){(const char *)secret.data, secret.n});
		OPENSSL_cleanse(&secret, sizeof(secret));
		return error;
	}
	if (json_object_get(jwk, "d"))
		return token_keys_complain(from,
					   "holds a private key; give the public one");
	if (strcmp(kty, "RSA") == 0)
		key = read_rsa(jwk);
	else
		key = strcmp(kty, "EC") == 0 ? read_ec(jwk) : read_okp(jwk);
	ERR_clear_error();
	return key ? token_keys_add_public(k, from, key)
		   : token_keys_complain(from,
					 "the key's numbers are missing or malformed");
}

int
token_jwks_add(struct token_keys *k, const char *file, struct str text,
	       struct buf *errors)
{
	size_t keys_n = k->n, i;
	int error = 0;
	json_error_t where;
	json_t *root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &where),
	       *jwk;
	json_t *list = json_object_get(root, "keys");

	json_array_foreach (list, i, jwk) {
		char name[48];
		struct token_source from = {name, text_member(jwk, "kid"),
					    text_member(jwk, "alg"), errors};
		int one = 0;

		snprintf(name, sizeof(name), "token.jwks_file: keys[%zu]", i);
		if (is_for_us(jwk))
			one = add_jwk(k, &from, jwk);
		error = one ? one : error;
	}
	if (!root)
		buf_printf(errors, "token.jwks_file: %s:%d:%d: %s\n", file, where.line,
			   where.column, where.text);
	else if (!error && k->n == keys_n)
		buf_printf(errors, "token.jwks_file: %s: no key for signatures in it\n",
			   file);
	json_decref(root);
	if (!error && k->n == keys_n)
		return -E_CONFIG;
	return error;
}
