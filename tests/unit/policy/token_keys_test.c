/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"
#include "unit/policy/token_maker.h"

#include "policy/token.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW_S 1700000000

/* Load what must not load: what is said about it, reused by the next call. */
static const char *
load_faults(const struct config_token *config)
{
	static char said[2048];
	struct buf errors = BUF_INIT;
	struct token_keys *k = NULL;

	ck_assert_int_eq(token_keys_load(config, &k, &errors), -E_CONFIG);
	ck_assert_ptr_null(k);
	snprintf(said, sizeof(said), "%.*s", STR_ARG(buf_str(&errors)));
	buf_fini(&errors);
	return said;
}

/* One key of a configuration; texts are copied because the configuration owns them. */
struct entry {
	char kid[64], algorithm[16], secret[256], file[64];
};

static struct config_token
with_keys(struct entry *entries, struct config_key *keys, size_t n)
{
	struct config_token config = maker_config();

	for (size_t i = 0; i < n; i++)
		keys[i] = (struct config_key){entries[i].kid, entries[i].algorithm,
					      entries[i].secret, entries[i].file};
	config.keys = keys;
	config.keys_n = n;
	return config;
}

static const char *
faults_of(struct entry e)
{
	struct config_key key;
	struct config_token config = with_keys(&e, &key, 1);

	return load_faults(&config);
}

static const char *
verdict(const struct token_keys *k, const char *token)
{
	struct identity *who = NULL;
	const char *why = "good";

	if (token_verify(k, str_from(token), NOW_S, &who, &why) == 0)
		identity_unref(who);
	return why;
}

START_TEST(a_secret_serves_the_hmacs_it_is_long_enough_for)
{
	static const char *const algs[] = {"HS256", "HS384", "HS512"};

	for (size_t n = 0; n <= 64; n++) {
		struct config_token config = maker_config();
		struct token_keys *k;
		char secret[65];
		size_t fit_n = n >= 64 ? 3 : n >= 48 ? 2 : n >= 32 ? 1 : 0;

		snprintf(secret, sizeof(secret), "%.*s", (int)n, MAKER_SECRET);
		config.secret = secret;
		if (n > 0 && n < 32) {
			char said[128];

			snprintf(said, sizeof(said),
				 "token.secret (TIDEGATE_JWT_SECRET): the secret has %zu "
				 "bytes; "
				 "HS256 needs at least 32\n",
				 n);
			ck_assert_str_eq(load_faults(&config), said);
			continue;
		}
		k = maker_load(&config);
		for (size_t i = 0; n && i < 3; i++)
			ck_assert_str_eq(verdict(k, maker_hmac(algs[i], "{}")),
					 i >= fit_n ? "algorithm not allowed for the key"
					 : n == 64  ? "good"
						    : "wrong signature");
		token_keys_unref(k);
	}
}
END_TEST

START_TEST(faults_of_keys_are_told_by_their_place)
{
	ck_assert_str_eq(
		faults_of((struct entry){.secret = "short"}),
		"token.keys.0: the secret has 5 bytes; HS256 needs at least 32\n");
	ck_assert_str_eq(
		faults_of((struct entry){.secret = MAKER_SECRET, .algorithm = "HS1024"}),
		"token.keys.0: unknown algorithm; known are HS256, HS384, HS512, RS256, "
		"RS384, RS512, PS256, ES256, ES384 and EdDSA\n");
	ck_assert_str_eq(
		faults_of((struct entry){.secret = MAKER_SECRET, .algorithm = "none"}),
		"token.keys.0: unknown algorithm; known are HS256, HS384, HS512, RS256, "
		"RS384, RS512, PS256, ES256, ES384 and EdDSA\n");
	ck_assert_str_eq(
		faults_of((struct entry){.secret = MAKER_SECRET, .algorithm = "RS256"}),
		"token.keys.0: RS256 needs a public key in PEM, not a secret\n");
	ck_assert_str_eq(faults_of((struct entry){.kid = "a"}),
			 "token.keys.0: give either secret or file\n");
	ck_assert_str_eq(faults_of((struct entry){.secret = MAKER_SECRET, .file = "/x"}),
			 "token.keys.0: give either secret or file\n");
	ck_assert_str_eq(faults_of((struct entry){.file = "/nonexistent/key"}),
			 "token.keys.0: /nonexistent/key: No such file or directory\n");
	ck_assert_str_eq(
		faults_of((struct entry){.secret = "-----BEGIN PUBLIC KEY-----\nMIIB"}),
		"token.keys.0: a PEM text is no secret; give it as file\n");
	ck_assert_str_eq(
		faults_of((struct entry){
			.secret = "0123456789abcdef0123456789abcdef0123456789abcde",
			.algorithm = "HS384"}),
		"token.keys.0: the secret has 47 bytes; HS384 needs at least 48\n");
}
END_TEST

START_TEST(all_faults_are_told_at_once)
{
	struct entry entries[] = {
		{.secret = "a"}, {.secret = MAKER_SECRET}, {.secret = "bb"}};
	struct config_key keys[3];
	struct config_token config = with_keys(entries, keys, 3);
	char secret[] = "c", file[] = "/nonexistent";

	config.secret = secret;
	config.jwks_file = file;
	ck_assert_str_eq(load_faults(&config),
			 "token.secret (TIDEGATE_JWT_SECRET): the secret has 1 bytes; "
			 "HS256 needs at least 32\n"
			 "token.keys.0: the secret has 1 bytes; HS256 needs at least 32\n"
			 "token.keys.2: the secret has 2 bytes; HS256 needs at least 32\n"
			 "token.jwks_file: /nonexistent: No such file or directory\n");
}
END_TEST

START_TEST(two_keys_with_one_kid_and_algorithm_are_a_fault)
{
	struct entry entries[] = {
		{.kid = "a", .secret = MAKER_SECRET},
		{.kid = "a", .secret = MAKER_SECRET, .algorithm = "HS256"}};
	struct config_key keys[2];
	struct config_token config = with_keys(entries, keys, 2);

	ck_assert_str_eq(
		load_faults(&config),
		"token.keys.1: another key has this kid and algorithm already\n");
}
END_TEST

static const char *
with_kid(const char *kid)
{
	char header[128];

	snprintf(header, sizeof(header), "{\"alg\":\"HS256\"%s%s}",
		 *kid ? ",\"kid\":" : "", kid);
	return maker_token("HS256", NULL, header, "{}");
}

START_TEST(the_kid_leads_to_its_key_and_to_no_other)
{
	struct entry entries[] = {
		{.kid = "old", .secret = "another-secret-of-32-bytes-or-so"},
		{.kid = "a/b", .secret = MAKER_SECRET}};
	struct config_key keys[2];
	struct config_token config = with_keys(entries, keys, 2);
	struct token_keys *k = maker_load(&config);

	ck_assert_str_eq(verdict(k, with_kid("\"a/b\"")), "good");
	ck_assert_str_eq(verdict(k, with_kid("\"a\\/b\"")), "good");
	ck_assert_str_eq(verdict(k, with_kid("\"old\"")), "wrong signature");
	ck_assert_str_eq(verdict(k, with_kid("\"new\"")), "unknown kid");
	ck_assert_str_eq(verdict(k, with_kid("\"\"")), "unknown kid");
	ck_assert_str_eq(verdict(k, with_kid("")), "no kid");
	token_keys_unref(k);
}
END_TEST

START_TEST(keys_without_kid_serve_tokens_without_known_kid)
{
	struct entry entries[] = {
		{.secret = "another-secret-of-32-bytes-or-so"},
		{.secret = MAKER_SECRET},
		{.kid = "old", .secret = "another-secret-of-32-bytes-or-so"}};
	struct config_key keys[3];
	struct config_token config = with_keys(entries, keys, 3);
	struct token_keys *k = maker_load(&config);

	ck_assert_str_eq(verdict(k, with_kid("")), "good");
	ck_assert_str_eq(verdict(k, with_kid("\"new\"")), "good");
	ck_assert_str_eq(verdict(k, with_kid("\"old\"")), "wrong signature");
	token_keys_unref(k);
}
END_TEST

START_TEST(a_secret_file_may_end_with_a_newline)
{
	static const char *const contents[] = {MAKER_SECRET, MAKER_SECRET "\n",
					       MAKER_SECRET "\r\n"};

	for (size_t i = 0; i < 3; i++) {
		struct entry e = {.algorithm = "HS256"};
		struct config_key key;
		struct config_token config;
		struct token_keys *k;

		snprintf(e.file, sizeof(e.file), "%s", maker_file(str_from(contents[i])));
		config = with_keys(&e, &key, 1);
		k = maker_load(&config);
		unlink(e.file);
		ck_assert_str_eq(verdict(k, with_kid("")), "good");
		token_keys_unref(k);
	}
}
END_TEST

START_TEST(random_bytes_in_a_file_are_taken_as_they_are)
{
	static const char bytes[] = "\x01\xff"
				    "bcdefghijklmnopqrstuvwxyz01234\n";
	struct str secret = {bytes, 33};
	struct entry e = {.algorithm = "HS256"};
	struct config_key key;
	struct config_token config;
	struct token_keys *k;
	struct buf text = BUF_INIT, sig = BUF_INIT;

	snprintf(e.file, sizeof(e.file), "%s", maker_file(secret));
	config = with_keys(&e, &key, 1);
	k = maker_load(&config);
	unlink(e.file);
	maker_base64url(STR("{\"alg\":\"HS256\"}"), &text);
	buf_add_char(&text, '.');
	maker_base64url(STR("{}"), &text);
	maker_sign("HS256", NULL, secret, buf_str(&text), &sig);
	buf_add_char(&text, '.');
	maker_base64url(buf_str(&sig), &text);
	buf_add_char(&text, '\0');
	ck_assert_str_eq(verdict(k, text.data), "good");
	buf_fini(&text);
	buf_fini(&sig);
	token_keys_unref(k);
}
END_TEST

static const char *
faults_of_public(const char *kind, const char *algorithm)
{
	static char said[2048];
	EVP_PKEY *key = maker_key(kind);
	struct entry e = {0};

	snprintf(e.algorithm, sizeof(e.algorithm), "%s", algorithm);
	snprintf(e.file, sizeof(e.file), "%s", maker_pem_file(key));
	snprintf(said, sizeof(said), "%s", faults_of(e));
	unlink(e.file);
	EVP_PKEY_free(key);
	return said;
}

START_TEST(weak_and_foreign_public_keys_are_faults)
{
	ck_assert_str_eq(faults_of_public("RSA1024", ""),
			 "token.keys.0: an RSA key must have 2048 to 8192 bits\n");
	ck_assert_str_eq(faults_of_public("P-521", ""),
			 "token.keys.0: an EC key must be on the curve P-256 or P-384\n");
	ck_assert_str_eq(faults_of_public("X25519", ""),
			 "token.keys.0: the key is neither RSA nor EC nor Ed25519\n");
	ck_assert_str_eq(faults_of_public("P-256", "ES384"),
			 "token.keys.0: the key does not fit ES384\n");
	ck_assert_str_eq(faults_of_public("ED25519", "RS256"),
			 "token.keys.0: the key does not fit RS256\n");
	ck_assert_str_eq(faults_of_public("RSA", "HS256"),
			 "token.keys.0: HS256 needs a secret, not a public key\n");
}
END_TEST

/* What a BIO holds, in a new file. */
static void
put_file(BIO *bio, char path[64])
{
	char *text;
	long n = BIO_get_mem_data(bio, &text);

	snprintf(path, 64, "%s", maker_file((struct str){text, (size_t)n}));
	BIO_free(bio);
}

START_TEST(a_private_key_or_broken_pem_is_a_fault)
{
	EVP_PKEY *key = maker_key("P-256");
	struct entry e = {0};
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	put_file(bio, e.file);
	ck_assert_str_eq(faults_of(e),
			 "token.keys.0: holds a private key; give the public one\n");
	unlink(e.file);
	snprintf(
		e.file, sizeof(e.file), "%s",
		maker_file(STR(
			"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n")));
	ck_assert_str_eq(faults_of(e),
			 "token.keys.0: holds no readable public key or certificate\n");
	unlink(e.file);
	snprintf(e.file, sizeof(e.file), "%s",
		 maker_file(STR("-----BEGIN CERTIFICATE-----\nx")));
	ck_assert_str_eq(faults_of(e),
			 "token.keys.0: holds no readable public key or certificate\n");
	unlink(e.file);
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(a_certificate_is_as_good_as_its_key)
{
	EVP_PKEY *key = maker_key("P-256");
	X509 *certificate = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	struct entry e = {0};
	struct config_key entry;
	struct config_token config;
	struct token_keys *k;

	X509_set_pubkey(certificate, key);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 60);
	ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
	PEM_write_bio_X509(bio, certificate);
	put_file(bio, e.file);
	config = with_keys(&e, &entry, 1);
	k = maker_load(&config);
	unlink(e.file);
	ck_assert_str_eq(
		verdict(k, maker_token("ES256", key, "{\"alg\":\"ES256\"}", "{}")),
		"good");
	token_keys_unref(k);
	X509_free(certificate);
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(keys_outlive_the_configuration_they_came_from)
{
	struct config_token config = maker_config();
	char *secret = strdup(MAKER_SECRET), *item = strdup("me"), *items[] = {item};
	struct token_keys *k;

	config.secret = secret;
	config.issuer = (struct config_list){items, 1};
	k = maker_load(&config);
	memset(secret, 'x', strlen(secret));
	memset(item, 'x', strlen(item));
	free(secret);
	free(item);
	ck_assert_ptr_eq(token_keys_ref(k), k);
	token_keys_unref(k);
	ck_assert_str_eq(verdict(k, maker_hmac("HS256", "{\"iss\":\"me\"}")), "good");
	ck_assert_str_eq(verdict(k, maker_hmac("HS256", "{\"iss\":\"xx\"}")),
			 "wrong issuer");
	token_keys_unref(k);
	token_keys_unref(NULL);
}
END_TEST

Suite *
token_keys_suite(void)
{
	Suite *s = suite_create("token_keys");
	TCase *t = tcase_create("token_keys");

	tcase_add_test(t, a_secret_serves_the_hmacs_it_is_long_enough_for);
	tcase_add_test(t, faults_of_keys_are_told_by_their_place);
	tcase_add_test(t, all_faults_are_told_at_once);
	tcase_add_test(t, two_keys_with_one_kid_and_algorithm_are_a_fault);
	tcase_add_test(t, the_kid_leads_to_its_key_and_to_no_other);
	tcase_add_test(t, keys_without_kid_serve_tokens_without_known_kid);
	tcase_add_test(t, a_secret_file_may_end_with_a_newline);
	tcase_add_test(t, random_bytes_in_a_file_are_taken_as_they_are);
	tcase_add_test(t, weak_and_foreign_public_keys_are_faults);
	tcase_add_test(t, a_private_key_or_broken_pem_is_a_fault);
	tcase_add_test(t, a_certificate_is_as_good_as_its_key);
	tcase_add_test(t, keys_outlive_the_configuration_they_came_from);
	tcase_set_timeout(t, 30);
	suite_add_tcase(s, t);
	return s;
}
