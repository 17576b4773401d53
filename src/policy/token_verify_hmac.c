/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HMAC by OpenSSL's EVP_MAC from a context that holds the secret already. libjwt signs (see
 * token_sign.c) but does not verify here: before 3 it compares signatures in a time that
 * depends on them (CVE-2024-25189, fixed only in some packages), refuses the access tokens
 * of RFC 9068 ("at+jwt"), and parses header and payload a second time with a JSON library
 * that accepts what our header policy refuses.
 */
#include "policy/token_algorithm.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

bool
token_verify_hmac(const struct token_algorithm *a, const EVP_MAC_CTX *mac,
		  const struct token_signed *what)
{
	EVP_MAC_CTX *ctx;
	unsigned char expected[EVP_MAX_MD_SIZE];
	size_t n = 0;
	bool ok;

	if (what->signature_bytes != a->part_bytes)
		return false;
	ctx = EVP_MAC_CTX_dup(mac);
	ok = ctx &&
	     EVP_MAC_update(ctx, (const unsigned char *)what->text.ptr, what->text.len) &&
	     EVP_MAC_final(ctx, expected, &n, sizeof(expected)) && n == a->part_bytes &&
	     CRYPTO_memcmp(expected, what->signature, n) == 0;
	EVP_MAC_CTX_free(ctx);
	OPENSSL_cleanse(expected, sizeof(expected));
	/* The queue is one per thread and TLS reads it. */
	ERR_clear_error();
	return ok;
}
