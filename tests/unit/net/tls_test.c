/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates that can be used, and what is said of those that cannot. */
#include "net/tls.h"

#include "base/errors.h"
#include "config/config.h"
#include "unit/net/certificate.h"
#include "unit/net/suites.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <unistd.h>

static struct certificate mine, other;
static char empty[128], locked[128];
static struct buf errors;

static void
write_locked_key(void)
{
	char phrase[] = "a pass phrase";
	EVP_PKEY *key = EVP_EC_gen("P-256");
	FILE *f = fopen(locked, "w");

	ck_assert_int_eq(PEM_write_PKCS8PrivateKey(f, key, EVP_aes_128_cbc(), phrase,
						   (int)strlen(phrase), NULL, NULL),
			 1);
	fclose(f);
	EVP_PKEY_free(key);
}

static void
set_up(void)
{
	certificate_make(&mine);
	certificate_make(&other);
	snprintf(empty, sizeof(empty), "%s/empty.pem", mine.folder);
	snprintf(locked, sizeof(locked), "%s/locked.pem", mine.folder);
	fclose(fopen(empty, "w"));
	write_locked_key();
}

static void
tear_down(void)
{
	unlink(empty);
	unlink(locked);
	certificate_remove(&mine);
	certificate_remove(&other);
	buf_fini(&errors);
}

static int
new_tls(char *certificate, char *key, const struct tls *old, struct tls **out)
{
	char name[] = "public";
	struct config_listener l = {
		.name = name, .tls_certificate = certificate, .tls_key = key};

	return tls_new(&l, old, out, &errors);
}

static void
expect(char *certificate, char *key, const char *name, const char *file, const char *why)
{
	char line[256];
	struct tls *t;

	buf_clear(&errors);
	ck_assert_int_eq(new_tls(certificate, key, NULL, &t), -E_CONFIG);
	snprintf(line, sizeof(line), "listener public: %s: %s: %s\n", name, file, why);
	buf_add_char(&errors, '\0');
	ck_assert_str_eq(errors.data, line);
}

START_TEST(a_fault_is_told_with_key_file_and_reason)
{
	char nowhere[] = "/nowhere/x.pem";

	expect(nowhere, mine.key, "tls_certificate", nowhere,
	       "No such file or directory");
	expect(mine.certificate, nowhere, "tls_key", nowhere,
	       "No such file or directory");
	expect(empty, mine.key, "tls_certificate", empty, "no PEM certificate in it");
	expect(mine.key, mine.key, "tls_certificate", mine.key,
	       "no PEM certificate in it");
	expect(mine.certificate, empty, "tls_key", empty, "no PEM private key in it");
	expect(mine.certificate, mine.certificate, "tls_key", mine.certificate,
	       "no PEM private key in it");
	expect(mine.certificate, other.key, "tls_key", other.key,
	       "does not fit the certificate");
	expect(mine.certificate, locked, "tls_key", locked,
	       "must not need a pass phrase");
}
END_TEST

START_TEST(a_certificate_with_its_key_is_taken)
{
	struct tls *t;
	SSL *ssl;

	ck_assert_int_eq(new_tls(mine.certificate, mine.key, NULL, &t), 0);
	ck_assert_uint_eq(errors.len, 0);
	ssl = tls_accept(t);
	ck_assert_ptr_nonnull(ssl);
	ck_assert(SSL_is_server(ssl));
	ck_assert_int_eq(SSL_get_min_proto_version(ssl), TLS1_2_VERSION);
	tls_unref(tls_ref(t));
	tls_unref(t); /* connections keep what they need */
	SSL_free(ssl);
	tls_unref(NULL);
}
END_TEST

static bool
have_same_ticket_keys(const struct tls *a, const struct tls *b)
{
	unsigned char of_a[80], of_b[80];
	SSL *ssl_a = tls_accept(a), *ssl_b = tls_accept(b);

	ck_assert_int_eq(SSL_CTX_get_tlsext_ticket_keys(SSL_get_SSL_CTX(ssl_a), of_a, 80),
			 1);
	ck_assert_int_eq(SSL_CTX_get_tlsext_ticket_keys(SSL_get_SSL_CTX(ssl_b), of_b, 80),
			 1);
	SSL_free(ssl_a);
	SSL_free(ssl_b);
	return memcmp(of_a, of_b, sizeof(of_a)) == 0;
}

START_TEST(a_successor_takes_the_ticket_keys_over)
{
	struct tls *old, *successor, *stranger;

	ck_assert_int_eq(new_tls(mine.certificate, mine.key, NULL, &old), 0);
	ck_assert_int_eq(new_tls(other.certificate, other.key, old, &successor), 0);
	ck_assert_int_eq(new_tls(mine.certificate, mine.key, NULL, &stranger), 0);
	ck_assert(have_same_ticket_keys(old, successor));
	ck_assert(!have_same_ticket_keys(old, stranger));
	tls_unref(old);
	tls_unref(successor);
	tls_unref(stranger);
}
END_TEST

Suite *
tls_suite(void)
{
	Suite *s = suite_create("tls");
	TCase *t = tcase_create("tls");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_fault_is_told_with_key_file_and_reason);
	tcase_add_test(t, a_certificate_with_its_key_is_taken);
	tcase_add_test(t, a_successor_takes_the_ticket_keys_over);
	suite_add_tcase(s, t);
	return s;
}
