/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON Web Tokens: keys, verification, signing. libjwt and OpenSSL stay behind this header.
 * Keys are immutable after loading: any thread. A cache belongs to one loop.
 * Source: RFC 7515, RFC 7519, RFC 8725; PROTOCOLS.md "Authentication".
 */
#ifndef POLICY_TOKEN_H
#define POLICY_TOKEN_H

#include "base/buf.h"
#include "policy/identity.h"

struct token_keys;

/* Errors: -E_CONFIG with a sentence for each fault appended to errors, -E_NOMEM. */
int token_keys_load(const struct config_token *config, struct token_keys **out,
		    struct buf *errors) MUST_USE;
struct token_keys *token_keys_ref(struct token_keys *k);
void token_keys_unref(struct token_keys *k); /* NULL is allowed */

/* Errors: -E_INVALID_TOKEN, -E_TOKEN_EXPIRED, -E_NOMEM. *why_out (may be NULL) becomes a fixed
 * phrase for the log ("wrong signature", "unknown kid", …), never part of the token.
 * Owns: *who_out holds one reference. */
int token_verify(const struct token_keys *k, struct str token, int64_t now_s,
		 struct identity **who_out, const char **why_out) MUST_USE;

/* Sign claims (a JSON object) with the first key that can sign (HMAC).
 * Errors: -E_UNSUPPORTED when there is none, -E_NOMEM. Appends to out. */
int token_sign(const struct token_keys *k, struct str claims_json, struct buf *out) MUST_USE;

/* Verified tokens remembered by digest, bounded, oldest forgotten first. */
struct token_cache;
struct token_cache *token_cache_new(size_t tokens_n) MUST_USE;
void token_cache_free(struct token_cache *c);
void token_cache_clear(struct token_cache *c); /* after new keys */
/* As token_verify; expiry is checked again for a remembered token. */
int token_cache_verify(struct token_cache *c, const struct token_keys *k, struct str token,
		       int64_t now_s, struct identity **who_out, const char **why_out) MUST_USE;

#endif
