/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/token_maker.h"

#include "proto/base64.h"

#include <check.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TOKENS_N = 8, FILES_N = 2 };

EVP_PKEY *
maker_key(const char *kind)
{
	EVP_PKEY *key;

	if (strncmp(kind, "RSA", 3) == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA",
					(size_t)(kind[3] ? 1024 : 2048));
	else if (kind[0] == 'P')
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind);
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, kind);
	ck_assert_ptr_nonnull(key);
	return key;
}

static const EVP_MD *
digest_of(const char *alg)
{
	if (strcmp(alg, "EdDSA") == 0)
		return NULL;
	if (strcmp(alg + 2, "256") == 0)
		return EVP_sha256();
	return strcmp(alg + 2, "384") == 0 ? EVP_sha384() : EVP_sha512();
}

/* ASN.1 to r and s side by side. */
static void
add_ecdsa(const unsigned char *der, size_t der_bytes, int part_bytes, struct buf *out)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)der_bytes);
	unsigned char raw[132];

	ck_assert_int_eq(BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, part_bytes),
			 part_bytes);
	ck_assert_int_eq(
		BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + part_bytes, part_bytes),
		part_bytes);
	buf_add(out, raw, 2 * (size_t)part_bytes);
	ECDSA_SIG_free(sig);
}

void
maker_sign(const char *alg, EVP_PKEY *key, struct str secret, struct str text,
	   struct buf *out)
{
	unsigned char sig[1024];
	size_t n = sizeof(sig);
	const unsigned char *bytes = (const unsigned char *)text.ptr;
	EVP_PKEY_CTX *ctx;
	EVP_MD_CTX *md;

	if (!key) {
		unsigned mac_bytes;

		HMAC(digest_of(alg), secret.ptr, (int)secret.len, bytes, text.len, sig,
		     &mac_bytes);
		buf_add(out, sig, mac_bytes);
		return;
	}
	md = EVP_MD_CTX_new();
	ck_assert_int_eq(EVP_DigestSignInit(md, &ctx, digest_of(alg), NULL, key), 1);
	if (alg[0] == 'P') {
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST);
	}
	ck_assert_int_eq(EVP_DigestSign(md, sig, &n, bytes, text.len), 1);
	if (alg[0] == 'E' && alg[1] == 'S')
		add_ecdsa(sig, n, (EVP_PKEY_get_bits(key) + 7) / 8, out);
	else
		buf_add(out, sig, n);
	EVP_MD_CTX_free(md);
}

void
maker_base64url(struct str bytes, struct buf *out)
{
	char *to = buf_reserve(out, BASE64_LEN(bytes.len) + 1);

	ck_assert_ptr_nonnull(to);
	out->len += base64url_encode(bytes.ptr, bytes.len, to);
}

const char *
maker_token(const char *alg, EVP_PKEY *key, const char *header, const char *payload)
{
	static char tokens[TOKENS_N][20000];
	static size_t turn;
	char *token = tokens[turn++ % TOKENS_N];
	struct buf text = BUF_INIT, sig = BUF_INIT;

	maker_base64url(str_from(header), &text);
	buf_add_char(&text, '.');
	maker_base64url(str_from(payload), &text);
	maker_sign(alg, key, STR(MAKER_SECRET), buf_str(&text), &sig);
	buf_add_char(&text, '.');
	maker_base64url(buf_str(&sig), &text);
	buf_add_char(&text, '\0');
	ck_assert(!text.failed && text.len <= sizeof(tokens[0]));
	memcpy(token, text.data, text.len);
	buf_fini(&text);
	buf_fini(&sig);
	return token;
}

const char *
maker_hmac(const char *alg, const char *payload)
{
	char header[64];

	snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"typ\":\"JWT\"}", alg);
	return maker_token(alg, NULL, header, payload);
}

struct config_token
maker_config(void)
{
	static char none[1];
	static char names[CLAIM_N][12] = {
		"sub",   "username",    "email",    "companyId", "sid",    "artifacts",
		"roles", "permissions", "channels", "rooms",     "events", "topics"};
	struct config_token config = {.secret = none, .jwks_file = none, .cookie = none};

	for (int i = 0; i < CLAIM_N; i++)
		config.claims[i] = names[i];
	return config;
}

const char *
maker_file(struct str bytes)
{
	static char paths[FILES_N][64];
	static size_t turn;
	char *path = paths[turn++ % FILES_N];
	int fd;

	snprintf(path, sizeof(paths[0]), "/tmp/tidegate-test-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
	close(fd);
	return path;
}

const char *
maker_pem_file(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;
	const char *path;

	ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, key), 1);
	n = BIO_get_mem_data(bio, &text);
	path = maker_file((struct str){text, (size_t)n});
	BIO_free(bio);
	return path;
}

struct token_keys *
maker_load(const struct config_token *config)
{
	struct buf errors = BUF_INIT;
	struct token_keys *keys = NULL;
	int error = token_keys_load(config, &keys, &errors);

	ck_assert_msg(error == 0, "%.*s", STR_ARG(buf_str(&errors)));
	ck_assert_uint_eq(errors.len, 0);
	buf_fini(&errors);
	return keys;
}
