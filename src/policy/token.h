/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON Web Tokens: keys, verification, signing. libjwt and OpenSSL stay behind this header.
 * Keys are immutable after loading: any thread. A cache belongs to one loop.
 * Source: RFC 7515, RFC 7519, RFC 8725; doc/protocols.md "Authentication".
 */
#ifndef POLICY_TOKEN_H
#define POLICY_TOKEN_H

#include "base/buf.h"
#include "policy/identity.h"

struct token_keys;

enum { TOKEN_BYTES_MAX = 8192 }; /* a longer one is refused unread */

/* Keys come from secret, keys[] and jwks_file. A kid leads to its keys; those without kid serve
 * tokens without one and with one that is unknown. What a key may be used for comes from its
 * kind, size and configuration: a secret of 32 to 47 bytes serves HS256 only, RSA has 2048 to
 * 8192 bits, EC keys their curve. No keys at all are no error: every token is refused then.
 * Errors: -E_CONFIG with a sentence for each fault appended to errors, -E_NOMEM. */
int token_keys_load(const struct config_token *config, struct token_keys **out,
		    struct buf *errors) MUST_USE;
struct token_keys *token_keys_ref(struct token_keys *k);
void token_keys_unref(struct token_keys *k); /* NULL is allowed */

/* Errors: -E_INVALID_TOKEN, -E_TOKEN_EXPIRED, -E_NOMEM. *why_out (may be NULL) becomes a fixed
 * phrase for the log ("wrong signature", "unknown kid", …), never part of the token.
 * Owns: *who_out holds one reference. */
int token_verify(const struct token_keys *k, struct str token, int64_t now_s,
		 struct identity **who_out, const char **why_out) MUST_USE;

/* Sign claims with the first key that can sign (HMAC); the token is appended to out.
 * Errors: -E_UNSUPPORTED when there is none, -E_ARGUMENT when claims_json is no JSON object,
 * -E_NOMEM. */
int token_sign(const struct token_keys *k, struct str claims_json,
	       struct buf *out) MUST_USE;

/* Verified tokens remembered by digest, bounded, oldest forgotten first. */
struct token_cache;
struct token_cache *token_cache_new(size_t tokens_n) MUST_USE;
void token_cache_free(struct token_cache *c);
/* As token_verify; expiry is checked again for a remembered token. The cache holds a reference
 * to the keys its tokens were good for and empties itself when called with others. */
int token_cache_verify(struct token_cache *c, struct token_keys *k, struct str token,
		       int64_t now_s, struct identity **who_out,
		       const char **why_out) MUST_USE;

#endif
