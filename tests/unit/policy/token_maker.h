/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens for tests, signed by OpenSSL directly and thus not by the code under test: any
 * header, any payload, any key, well or badly.
 */
#ifndef TESTS_UNIT_POLICY_TOKEN_MAKER_H
#define TESTS_UNIT_POLICY_TOKEN_MAKER_H

#include "policy/token.h"

#include <openssl/types.h>

/* A secret that serves all three HMACs. */
#define MAKER_SECRET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* One key of each kind, drawn anew. Free with EVP_PKEY_free; RSA keys take a while. */
EVP_PKEY *
maker_key(const char *kind); /* "RSA", "RSA1024", "P-256", "P-384", "P-521", "ED25519" */

/* The signature of text as alg says ("HS256" …), as bytes, appended to out. key is a private
 * key, or NULL for HMAC with secret. */
void maker_sign(const char *alg, EVP_PKEY *key, struct str secret, struct str text,
		struct buf *out);

void maker_base64url(struct str bytes, struct buf *out);

/* header.payload.signature, zero-terminated in a buffer that the next but seven calls reuse. */
const char *maker_token(const char *alg, EVP_PKEY *key, const char *header,
			const char *payload);

/* The same by MAKER_SECRET and the usual header of alg. */
const char *maker_hmac(const char *alg, const char *payload);

/* A configuration without keys and with the default names of claims. */
struct config_token maker_config(void);

/* A new file with these bytes. Returns its path, which the next call but one reuses; the
 * test removes the file. */
const char *maker_file(struct str bytes);

/* A new file with the public half of a key as PEM. */
const char *maker_pem_file(EVP_PKEY *key);

/* Load what must load. */
struct token_keys *maker_load(const struct config_token *config);

#endif
