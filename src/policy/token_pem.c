/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Public keys from PEM: SPKI, PKCS#1, or the key of a certificate. Source: RFC 7468. */
#include "policy/token_keys.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

bool
token_pem_is(struct str text)
{
	return memmem(text.ptr, text.len, "-----BEGIN ", 11) != NULL;
}

static bool
has(struct str text, const char *words)
{
	return memmem(text.ptr, text.len, words, strlen(words)) != NULL;
}

/* A certificate is a container here: its dates and issuer say nothing about tokens. */
static EVP_PKEY *
read_certificate(struct str text)
{
	BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
	X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	EVP_PKEY *key = certificate ? X509_get_pubkey(certificate) : NULL;

	X509_free(certificate);
	BIO_free(bio);
	return key;
}

static EVP_PKEY *
read_public_key(struct str text)
{
	EVP_PKEY *key = NULL;
	const unsigned char *at = (const unsigned char *)text.ptr;
	size_t left = text.len;
	OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(
		&key, "PEM", NULL, NULL, EVP_PKEY_PUBLIC_KEY, NULL, NULL);

	if (ctx && !OSSL_DECODER_from_data(ctx, &at, &left)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	OSSL_DECODER_CTX_free(ctx);
	return key;
}

int
token_pem_add(struct token_keys *k, const struct token_source *from, struct str text)
{
	EVP_PKEY *key;

	/* A gateway that could sign for the issuer is a risk nobody needs. */
	if (has(text, "PRIVATE KEY-----"))
		return token_keys_complain(from,
					   "holds a private key; give the public one");
	key = has(text, "-----BEGIN CERTIFICATE-----") ? read_certificate(text)
						       : read_public_key(text);
	ERR_clear_error();
	if (!key)
		return token_keys_complain(from,
					   "holds no readable public key or certificate");
	return token_keys_add_public(k, from, key);
}
