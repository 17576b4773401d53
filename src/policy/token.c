/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of a verification: shape, header policy, key, signature, claims, identity. Each
 * step trusts what the ones before it have shown and nothing else; in particular nothing of
 * the payload is read before the signature over it is good.
 */
#include "policy/token.h"

#include "policy/token_claims.h"
#include "policy/token_keys.h"
#include "proto/base64.h"
#include "proto/json.h"

enum {
	/* Room for a decoder that writes whole groups of three for each of the parts. */
	DECODED_BYTES_MAX = TOKEN_BYTES_MAX / 4 * 3 + 9
};

struct parts {
	struct str header, payload, signature; /* base64url, then what it stands for */
	struct token_signed signed_part;
	char decoded[DECODED_BYTES_MAX];
};

static int
refuse(const char **why_out, const char *why)
{
	*why_out = why;
	return -E_INVALID_TOKEN;
}

/* Exactly three parts, none of them empty. */
static bool
split(struct str token, struct parts *p)
{
	struct str rest = token;

	p->header = str_cut(&rest, '.');
	if (!rest.ptr)
		return false;
	p->payload = str_cut(&rest, '.');
	if (!rest.ptr)
		return false;
	p->signature = rest;
	p->signed_part.text = (struct str){token.ptr, token.len - p->signature.len - 1};
	return p->header.len && p->payload.len && p->signature.len &&
	       !memchr(p->signature.ptr, '.', p->signature.len);
}

static bool
decode(struct str *part, char **at)
{
	size_t n;

	if (base64url_decode(*part, *at, &n) < 0)
		return false;
	*part = (struct str){*at, n};
	*at += n;
	return true;
}

static int
take_apart(struct str token, struct parts *p, const char **why_out)
{
	char *at = p->decoded;

	if (token.len == 0)
		return refuse(why_out, "no token");
	if (token.len > TOKEN_BYTES_MAX)
		return refuse(why_out, "too long");
	if (!split(token, p))
		return refuse(why_out, "not three parts");
	if (!decode(&p->header, &at) || !decode(&p->payload, &at) ||
	    !decode(&p->signature, &at))
		return refuse(why_out, "not base64url");
	p->signed_part.signature = (const unsigned char *)p->signature.ptr;
	p->signed_part.signature_bytes = p->signature.len;
	return 0;
}

static bool
verify_by_key(const struct token_algorithm *a, const struct token_key *key,
	      const struct token_signed *what)
{
	if (a->family == TOKEN_HMAC)
		return token_verify_hmac(a, key->macs[a - token_algorithms], what);
	return token_verify_public(a, key->public_key, what);
}

static bool
is_of_kid(const struct token_key *key, struct str kid)
{
	return *key->kid && json_string_is(kid, str_from(key->kid));
}

static bool
has_kid(const struct token_keys *k, struct str kid)
{
	for (size_t i = 0; kid.len && i < k->n; i++)
		if (is_of_kid(&k->keys[i], kid))
			return true;
	return false;
}

/* Candidates are the keys of the token's kid, or those without kid when it has none that is
 * known. Only those whose mask has the token's algorithm are tried: what a key may be used
 * for is never the token's choice. */
static int
verify_signature(const struct token_keys *k, const struct token_header *header,
		 const struct token_signed *what, const char **why_out)
{
	bool by_kid = has_kid(k, header->kid);
	const char *why = header->kid.len ? "unknown kid" : "no kid";

	for (size_t i = 0; i < k->n; i++) {
		const struct token_key *key = &k->keys[i];

		if (by_kid ? !is_of_kid(key, header->kid) : *key->kid != '\0')
			continue;
		if (!(key->algorithms & token_algorithm_bit(header->algorithm))) {
			why = "algorithm not allowed for the key";
			continue;
		}
		if (verify_by_key(header->algorithm, key, what))
			return 0;
		why = "wrong signature";
	}
	return refuse(why_out, k->n ? why : "no keys");
}

int
token_verify(const struct token_keys *k, struct str token, int64_t now_s,
	     struct identity **who_out, const char **why_out)
{
	struct parts parts;
	struct token_header header;
	const char *why;
	int error;

	if (!why_out)
		why_out = &why;
	error = take_apart(token, &parts, why_out);
	if (!error)
		error = token_header_read(parts.header, &header, why_out);
	if (!error)
		error = verify_signature(k, &header, &parts.signed_part, why_out);
	if (!error)
		error = token_claims_check(k, parts.payload, now_s, why_out);
	if (error)
		return error;
	error = identity_new(parts.payload, k->claims, who_out);
	if (error)
		*why_out = error == -E_NOMEM ? "out of memory" : "claim of a wrong type";
	return error;
}
