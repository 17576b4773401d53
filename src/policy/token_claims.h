/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What header and payload of a token must look like, apart from the signature.
 * Inner part of the token unit. Pure; any thread. Source: RFC 7515 4, RFC 7519 4, RFC 8725.
 */
#ifndef POLICY_TOKEN_CLAIMS_H
#define POLICY_TOKEN_CLAIMS_H

#include "policy/token_keys.h"

struct token_header {
	const struct token_algorithm *algorithm;
	struct str kid; /* the JSON string as it stands; empty when there is none */
};

/* Errors: -E_INVALID_TOKEN, and *why_out is a fixed phrase. */
int token_header_read(struct str json, struct token_header *header_out,
		      const char **why_out) MUST_USE;

/* The registered claims of a payload that is signed well: no duplicate members, times, issuer,
 * audience. A token with an audience is accepted when none is configured, although RFC 7519
 * 4.1.3 would have a recipient without a name refuse it: one who does not configure an
 * audience means any.
 * Errors: -E_INVALID_TOKEN, -E_TOKEN_EXPIRED, and *why_out is a fixed phrase. */
int token_claims_check(const struct token_keys *k, struct str json, int64_t now_s,
		       const char **why_out) MUST_USE;

/* Is a token that ends at expires_s (0: never) over? */
bool token_claims_is_expired(const struct token_keys *k, int64_t expires_s,
			     int64_t now_s);

#endif
