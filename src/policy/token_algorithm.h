/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signature algorithms that are known, one row each, and the check of a signature by
 * one key. Inner part of the token unit. Immutable; any thread. Source: RFC 7518 3, RFC 8037.
 */
#ifndef POLICY_TOKEN_ALGORITHM_H
#define POLICY_TOKEN_ALGORITHM_H

#include "base/str.h"

#include <openssl/types.h>

enum token_family { TOKEN_HMAC, TOKEN_RSA, TOKEN_PSS, TOKEN_ECDSA, TOKEN_EDDSA };

struct token_algorithm {
	const char *name; /* exact case, as in "alg" */
	enum token_family family;
	const char *digest;  /* OpenSSL's name; NULL: part of the algorithm */
	const char *group;   /* ECDSA: the curve, by OpenSSL's name */
	uint16_t part_bytes; /* HMAC: the MAC and the shortest secret; ECDSA: r, and s */
};

enum { TOKEN_ALGORITHMS_N = 10, TOKEN_HMACS_N = 3 };

/* HMAC comes first: row i is mac i of a key. */
extern const struct token_algorithm token_algorithms[TOKEN_ALGORITHMS_N];

/* The row's index as a bit of a key's mask. */
static inline uint32_t
token_algorithm_bit(const struct token_algorithm *a)
{
	return UINT32_C(1) << (a - token_algorithms);
}

/* NULL when there is none of that name ("none" is none). */
const struct token_algorithm *token_algorithm_find(struct str name);

/* What a key can do by its kind and size: 0 when it is too weak or of no known kind; then
 * *why_out is a phrase for the operator. */
uint32_t token_algorithms_of_secret(size_t secret_bytes);
uint32_t token_algorithms_of_public(EVP_PKEY *key, const char **why_out);

/* What is signed, and the signature: both borrowed. */
struct token_signed {
	struct str text;
	const unsigned char *signature;
	size_t signature_bytes;
};

/* mac is a context with the secret in it, left as it is (token_verify_hmac.c). */
bool token_verify_hmac(const struct token_algorithm *a, const EVP_MAC_CTX *mac,
		       const struct token_signed *what);
/* RSA, RSA-PSS, ECDSA, EdDSA (token_verify_public.c). */
bool token_verify_public(const struct token_algorithm *a, EVP_PKEY *key,
			 const struct token_signed *what);

#endif
