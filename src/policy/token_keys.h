/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys tokens are checked with, and what else of the configuration decides about them.
 * Inner part of the token unit: the public functions are in policy/token.h. Immutable after
 * loading, counted; any thread.
 */
#ifndef POLICY_TOKEN_KEYS_H
#define POLICY_TOKEN_KEYS_H

#include "policy/token.h"
#include "policy/token_algorithm.h"

struct token_key {
	char *kid;             /* "" : any */
	uint32_t algorithms;   /* mask of rows it may be used with, never 0 */
	EVP_PKEY *public_key;  /* or, when NULL, a secret: */
	unsigned char *secret; /* owned */
	size_t secret_bytes;
	/* with the secret in it, where the mask has the row */
	EVP_MAC_CTX *macs[TOKEN_HMACS_N];
};

struct token_keys {
	atomic_uint refs;
	struct token_key *keys;
	size_t n;
	uint32_t leeway_s;
	struct config_list audience, issuer;
	char *claims[CLAIM_N];
};

/* Where a key comes from, while loading: what faults say, and the configured constraints. */
struct token_source {
	const char *name;      /* "token.keys.2" */
	const char *kid;       /* "" : any */
	const char *algorithm; /* "" : what fits */
	struct buf *errors;    /* one line for each fault */
};

/* Append "name: what" to the errors. Returns -E_CONFIG. */
int token_keys_complain(const struct token_source *from, const char *what);

/* Add a key. Secrets are copied; public_key is taken over in any case.
 * Errors: -E_CONFIG with a line in errors, -E_NOMEM. */
int token_keys_add_secret(struct token_keys *k, const struct token_source *from,
			  struct str secret) MUST_USE;
int token_keys_add_public(struct token_keys *k, const struct token_source *from,
			  EVP_PKEY *public_key) MUST_USE;

/* Add what a PEM text holds: a public key or a certificate (token_pem.c). */
int token_pem_add(struct token_keys *k, const struct token_source *from,
		  struct str text) MUST_USE;
bool token_pem_is(struct str text);

/* Add the signature keys of a JWK Set (token_jwks.c). Source: RFC 7517, 7518 6, 8037 2. */
int token_jwks_add(struct token_keys *k, const char *file, struct str text,
		   struct buf *errors) MUST_USE;

#endif
