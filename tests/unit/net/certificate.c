/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/net/certificate.h"

#include <check.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static X509 *
sign(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	ck_assert_int_gt(X509_sign(x, key, EVP_sha256()), 0);
	return x;
}

void
certificate_make(struct certificate *c)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = sign(key);
	FILE *f;

	snprintf(c->folder, sizeof(c->folder), "/tmp/tidegate-certificate-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(c->folder));
	snprintf(c->certificate, sizeof(c->certificate), "%s/certificate.pem", c->folder);
	snprintf(c->key, sizeof(c->key), "%s/key.pem", c->folder);
	f = fopen(c->certificate, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_X509(f, x), 1);
	fclose(f);
	f = fopen(c->key, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(key);
}

void
certificate_remove(struct certificate *c)
{
	unlink(c->certificate);
	unlink(c->key);
	rmdir(c->folder);
}
