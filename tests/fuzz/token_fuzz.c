/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens. An input that starts with '!' is header, newline, payload, which the target signs
 * well, so that the fuzzer gets behind the signature; one that starts with '{' is a JWK Set;
 * any other input is a token as it stands. What is accepted must hold together: its claims, its
 * lists, and the cache's opinion of it.
 */
#include "target.h"

#include "policy/token_keys.h"
#include "proto/base64.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdlib.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define NOW_S 1700000000

/* The public keys of RFC 7515 A.3 and RFC 8037 A.2. */
static const struct str public_keys = STR(
	"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
	"\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
	"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}");

static struct token_keys *
load_secret(void)
{
	static char secret[] = SECRET, none[1];
	static char names[CLAIM_N][20] = {"sub",
					  "username",
					  "email",
					  "companyId",
					  "sid",
					  "artifacts",
					  "realm_access.roles",
					  "scope",
					  "channels",
					  "rooms",
					  "events",
					  "topics"};
	struct config_token config = {
		.secret = secret, .jwks_file = none, .cookie = none};
	struct buf errors = BUF_INIT;
	struct token_keys *keys;

	for (int i = 0; i < CLAIM_N; i++)
		config.claims[i] = names[i];
	if (token_keys_load(&config, &keys, &errors))
		abort();
	return keys;
}

static struct token_keys *
load(void)
{
	struct token_keys *keys = load_secret();
	struct buf errors = BUF_INIT;

	if (token_jwks_add(keys, "fuzz", public_keys, &errors) || keys->n != 3)
		abort();
	return keys;
}

/* Whatever keys are added, none makes a token good that has no signature, or a wrong one. */
static void
add_set(struct str set)
{
	struct token_keys *keys = load_secret();
	struct buf errors = BUF_INIT;
	struct identity *who = NULL;
	int error = token_jwks_add(keys, "fuzz", set, &errors);

	if (error ? errors.len == 0 || errors.data[errors.len - 1] != '\n'
		  : errors.len > 0 || keys->n < 1)
		abort();
	if (!token_verify(keys, STR("eyJhbGciOiJub25lIn0.e30."), NOW_S, &who, NULL) ||
	    !token_verify(keys, STR("eyJhbGciOiJFUzI1NiJ9.e30.AA"), NOW_S, &who, NULL))
		abort();
	buf_fini(&errors);
	token_keys_unref(keys);
}

static void
add_base64url(struct str bytes, struct buf *out)
{
	char *to = buf_reserve(out, BASE64_LEN(bytes.len) + 1);

	if (!to)
		abort();
	out->len += base64url_encode(bytes.ptr, bytes.len, to);
}

static void
sign(struct str input, struct buf *out)
{
	struct str payload = input, header = str_cut(&payload, '\n');
	unsigned char mac[32];

	add_base64url(header, out);
	buf_add_char(out, '.');
	add_base64url(payload, out);
	HMAC(EVP_sha256(), SECRET, sizeof(SECRET) - 1, (unsigned char *)out->data,
	     out->len, mac, NULL);
	buf_add_char(out, '.');
	add_base64url((struct str){(char *)mac, sizeof(mac)}, out);
}

static void
look_at(const struct identity *who)
{
	struct str item, claims = identity_claims(who);

	for (int i = 0; i < CLAIM_N; i++) {
		struct str text = identity_text(who, (enum config_claim)i);

		if (text.len && memchr(text.ptr, 0, text.len) && i < CLAIM_ARTIFACTS)
			abort();
		for (size_t at = 0; identity_each(who, (enum config_claim)i, &at, &item);)
			if (item.len == 0 ||
			    !identity_has(who, (enum config_claim)i, item))
				abort();
	}
	if (claims.len < 2 ||
	    (identity_expires_s(who) && identity_expires_s(who) <= NOW_S))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct token_keys *keys;
	struct token_cache *cache = token_cache_new(2);
	struct str input = {(const char *)data, size};
	struct buf token = BUF_INIT;
	struct identity *who = NULL, *again = NULL;
	int error;

	if (!keys)
		keys = load();
	if (size && data[0] == '{')
		add_set(input);
	if (size && data[0] == '!')
		sign(str_skip(input, 1), &token);
	else
		buf_add_str(&token, input);
	error = token_cache_verify(cache, keys, buf_str(&token), NOW_S, &who, NULL);
	if (!error) {
		look_at(who);
		if (token_cache_verify(cache, keys, buf_str(&token), NOW_S, &again,
				       NULL) ||
		    again != who)
			abort();
	}
	identity_unref(who);
	identity_unref(again);
	token_cache_free(cache);
	buf_fini(&token);
	return 0;
}
