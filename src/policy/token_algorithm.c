/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/token_algorithm.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192 };

const struct token_algorithm token_algorithms[TOKEN_ALGORITHMS_N] = {
	{"HS256", TOKEN_HMAC, "SHA256", NULL, 32},
	{"HS384", TOKEN_HMAC, "SHA384", NULL, 48},
	{"HS512", TOKEN_HMAC, "SHA512", NULL, 64},
	{"RS256", TOKEN_RSA, "SHA256", NULL, 0},
	{"RS384", TOKEN_RSA, "SHA384", NULL, 0},
	{"RS512", TOKEN_RSA, "SHA512", NULL, 0},
	{"PS256", TOKEN_PSS, "SHA256", NULL, 0},
	{"ES256", TOKEN_ECDSA, "SHA256", "prime256v1", 32},
	{"ES384", TOKEN_ECDSA, "SHA384", "secp384r1", 48},
	{"EdDSA", TOKEN_EDDSA, NULL, NULL, 0},
};

const struct token_algorithm *
token_algorithm_find(struct str name)
{
	for (size_t i = 0; i < TOKEN_ALGORITHMS_N; i++)
		if (str_eq(name, str_from(token_algorithms[i].name)))
			return &token_algorithms[i];
	return NULL;
}

static uint32_t
family_bits(enum token_family family, const char *group)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < TOKEN_ALGORITHMS_N; i++) {
		const struct token_algorithm *a = &token_algorithms[i];

		if (a->family == family && (!group || strcmp(a->group, group) == 0))
			bits |= token_algorithm_bit(a);
	}
	return bits;
}

uint32_t
token_algorithms_of_secret(size_t secret_bytes)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < TOKEN_HMACS_N; i++)
		if (secret_bytes >= token_algorithms[i].part_bytes)
			bits |= token_algorithm_bit(&token_algorithms[i]);
	return bits;
}

/* A curve written out by its parameters may be a look-alike with another generator. */
static uint32_t
curve_bits(EVP_PKEY *key, const char **why_out)
{
	char group[32];
	int is_explicit = 0;
	uint32_t bits = 0;

	EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
			       &is_explicit);
	if (!is_explicit && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL))
		bits = family_bits(TOKEN_ECDSA, group);
	if (!bits)
		*why_out = "an EC key must be on the curve P-256 or P-384";
	return bits;
}

static uint32_t
rsa_bits(EVP_PKEY *key, uint32_t bits, const char **why_out)
{
	int size = EVP_PKEY_get_bits(key);

	if (size >= RSA_BITS_MIN && size <= RSA_BITS_MAX)
		return bits;
	*why_out = "an RSA key must have 2048 to 8192 bits";
	return 0;
}

uint32_t
token_algorithms_of_public(EVP_PKEY *key, const char **why_out)
{
	if (EVP_PKEY_is_a(key, "RSA"))
		return rsa_bits(
			key, family_bits(TOKEN_RSA, NULL) | family_bits(TOKEN_PSS, NULL),
			why_out);
	if (EVP_PKEY_is_a(key, "RSA-PSS"))
		return rsa_bits(key, family_bits(TOKEN_PSS, NULL), why_out);
	if (EVP_PKEY_is_a(key, "EC"))
		return curve_bits(key, why_out);
	if (EVP_PKEY_is_a(key, "ED25519"))
		return family_bits(TOKEN_EDDSA, NULL);
	*why_out = "the key is neither RSA nor EC nor Ed25519";
	return 0;
}
