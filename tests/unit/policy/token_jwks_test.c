/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"
#include "unit/policy/token_maker.h"

#include "policy/token.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <stdio.h>
#include <unistd.h>

/* RFC 7515 A.1 and A.3: the same claims, by HMAC and by ECDSA. They expired in 2011. */
#define RFC_CLAIMS                                                                       \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1" \
	"9yb290Ijp0"                                                                     \
	"cnVlfQ"
#define RFC_HS256                                                                        \
	"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." RFC_CLAIMS                           \
	".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define RFC_ES256                                                                        \
	"eyJhbGciOiJFUzI1NiJ9." RFC_CLAIMS ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-"           \
	"F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define RFC_OCT                                                                          \
	"{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-"         \
	"1qS0gZH75aKtMN3Yj0i"                                                            \
	"PS4hcgUuTwjAzZr1Z9CAow\"}"
#define RFC_EC                                                                           \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"                                       \
	"\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","                               \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
/* RFC 8037 A.2 */
#define RFC_OKP                                                                          \
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_"                    \
	"7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"

static int
load(const char *jwks, struct token_keys **out, char said[1024])
{
	struct config_token config = maker_config();
	struct buf errors = BUF_INIT;
	char path[64];
	int error;

	snprintf(path, sizeof(path), "%s", maker_file(str_from(jwks)));
	config.jwks_file = path;
	*out = NULL;
	error = token_keys_load(&config, out, &errors);
	unlink(path);
	/* The name of the file is not the same twice. */
	snprintf(said, 1024, "%.*s", STR_ARG(buf_str(&errors)));
	buf_fini(&errors);
	return error;
}

static struct token_keys *
good(const char *jwks)
{
	struct token_keys *k;
	char said[1024];

	ck_assert_msg(load(jwks, &k, said) == 0, "%s", said);
	return k;
}

static const char *
verdict(const struct token_keys *k, const char *token, int64_t now_s)
{
	struct identity *who = NULL;
	const char *why = "good";

	if (token_verify(k, str_from(token), now_s, &who, &why) == 0)
		identity_unref(who);
	return why;
}

START_TEST(the_examples_of_rfc_7515_are_accepted)
{
	struct token_keys *k = good("{\"keys\":[" RFC_OCT "," RFC_EC "]}");

	ck_assert_str_eq(verdict(k, RFC_HS256, 1300819379), "good");
	ck_assert_str_eq(verdict(k, RFC_ES256, 1300819379), "good");
	ck_assert_str_eq(verdict(k, RFC_HS256, 1300819380), "expired");
	ck_assert_str_eq(verdict(k, RFC_ES256, 1300819380), "expired");
	token_keys_unref(k);
}
END_TEST

static void
add_number(EVP_PKEY *key, const char *parameter, const char *member, struct buf *out)
{
	BIGNUM *number = NULL;
	unsigned char bytes[512];
	int n;

	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, parameter, &number), 1);
	n = BN_bn2bin(number, bytes);
	BN_free(number);
	buf_printf(out, ",\"%s\":\"", member);
	maker_base64url((struct str){(const char *)bytes, (size_t)n}, out);
	buf_add_char(out, '"');
}

START_TEST(keys_of_each_kind_are_found_by_their_kid)
{
	EVP_PKEY *rsa = maker_key("RSA"), *ed = maker_key("ED25519");
	struct buf jwks = BUF_INIT;
	unsigned char point[32];
	size_t n = sizeof(point);
	struct token_keys *k;

	buf_add_str(
		&jwks,
		STR("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"r\",\"use\":\"sig\",\"alg\":"
		    "\"RS256\""));
	add_number(rsa, OSSL_PKEY_PARAM_RSA_N, "n", &jwks);
	add_number(rsa, OSSL_PKEY_PARAM_RSA_E, "e", &jwks);
	buf_add_str(
		&jwks,
		STR("},{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"e\",\"key_ops\":["
		    "\"verify\"],\"x\":\""));
	ck_assert_int_eq(EVP_PKEY_get_raw_public_key(ed, point, &n), 1);
	maker_base64url((struct str){(const char *)point, n}, &jwks);
	buf_add_str(&jwks, STR("\"}]}"));
	buf_add_char(&jwks, '\0');
	k = good(jwks.data);
	ck_assert_str_eq(verdict(k,
				 maker_token("RS256", rsa,
					     "{\"alg\":\"RS256\",\"kid\":\"r\"}", "{}"),
				 1),
			 "good");
	ck_assert_str_eq(verdict(k,
				 maker_token("EdDSA", ed,
					     "{\"alg\":\"EdDSA\",\"kid\":\"e\"}", "{}"),
				 1),
			 "good");
	ck_assert_str_eq(verdict(k,
				 maker_token("EdDSA", ed,
					     "{\"alg\":\"EdDSA\",\"kid\":\"r\"}", "{}"),
				 1),
			 "algorithm not allowed for the key");
	ck_assert_str_eq(verdict(k,
				 maker_token("RS512", rsa,
					     "{\"alg\":\"RS512\",\"kid\":\"r\"}", "{}"),
				 1),
			 "algorithm not allowed for the key");
	token_keys_unref(k);
	buf_fini(&jwks);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
}
END_TEST

START_TEST(keys_for_something_else_are_passed_over)
{
	struct token_keys *k = good(
		"{\"keys\":[7,{},{\"kty\":\"XYZ\"},{\"kty\":\"RSA\",\"use\":\"enc\"},"
		"{\"kty\":\"RSA\",\"alg\":\"RSA-OAEP\"},{\"kty\":\"EC\",\"crv\":\"P-"
		"521\"},"
		"{\"kty\":\"OKP\",\"crv\":\"X25519\"},{\"kty\":\"RSA\",\"key_ops\":["
		"\"encrypt\"]}," RFC_OKP "]}");

	ck_assert_str_eq(verdict(k, RFC_HS256, 1), "algorithm not allowed for the key");
	token_keys_unref(k);
}
END_TEST

static const struct {
	const char *jwks, *said;
} faults[] = {
	{"{\"keys\":[{\"kty\":\"RSA\"}]}",
	 "token.jwks_file: keys[0]: the key's numbers are missing or malformed\n"},
	{"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
	 "token.jwks_file: keys[0]: an RSA key must have 2048 to 8192 bits\n"},
	{"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQ AB\",\"e\":\"AQAB\"}]}",
	 "token.jwks_file: keys[0]: the key's numbers are missing or malformed\n"},
	{"{\"keys\":[" RFC_OKP ",{\"kty\":\"oct\",\"k\":\"AyM1\"}]}",
	 "token.jwks_file: keys[1]: the secret has 3 bytes; HS256 needs at least 32\n"},
	{"{\"keys\":[{\"kty\":\"oct\"}]}",
	 "token.jwks_file: keys[0]: member k is not base64url\n"},
	/* A point that is not on the curve: x of RFC 7515 A.3 with another y. */
	{"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
	 "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
	 "\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1\"}]}",
	 "token.jwks_file: keys[0]: the key's numbers are missing or malformed\n"},
	{"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
	 "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
	 "\",\"y\":\"AQ\"}]}",
	 "token.jwks_file: keys[0]: the key's numbers are missing or malformed\n"},
	{"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"AQ\"}]}",
	 "token.jwks_file: keys[0]: holds a private key; give the public one\n"},
	{"{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQ\"}]}",
	 "token.jwks_file: keys[0]: the key's numbers are missing or malformed\n"},
	{"{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"ES256\",\"x\":"
	 "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
	 "token.jwks_file: keys[0]: the key does not fit ES256\n"},
};

START_TEST(a_key_that_is_malformed_is_a_fault)
{
	struct token_keys *k;
	char said[1024];

	ck_assert_int_eq(load(faults[_i].jwks, &k, said), -E_CONFIG);
	ck_assert_ptr_null(k);
	ck_assert_str_eq(said, faults[_i].said);
}
END_TEST

START_TEST(a_set_without_keys_for_us_is_a_fault)
{
	static const char *const empty[] = {"{}", "[]", "{\"keys\":[]}", "{\"keys\":{}}",
					    "{\"keys\":[{\"kty\":\"XYZ\"}]}"};
	struct token_keys *k;
	char said[1024];

	for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++) {
		ck_assert_int_eq(load(empty[i], &k, said), -E_CONFIG);
		ck_assert_ptr_nonnull(strstr(said, ": no key for signatures in it\n"));
	}
	ck_assert_int_eq(load("{\"keys\":[", &k, said), -E_CONFIG);
	ck_assert_ptr_nonnull(strstr(said, ":1:"));
	ck_assert_int_eq(load("{\"keys\":[],\"keys\":[]}", &k, said), -E_CONFIG);
	ck_assert_ptr_nonnull(strstr(said, "duplicate"));
}
END_TEST

Suite *
token_jwks_suite(void)
{
	Suite *s = suite_create("token_jwks");
	TCase *t = tcase_create("token_jwks");

	tcase_add_test(t, the_examples_of_rfc_7515_are_accepted);
	tcase_add_test(t, keys_of_each_kind_are_found_by_their_kid);
	tcase_add_test(t, keys_for_something_else_are_passed_over);
	tcase_add_loop_test(t, a_key_that_is_malformed_is_a_fault, 0,
			    sizeof(faults) / sizeof(*faults));
	tcase_add_test(t, a_set_without_keys_for_us_is_a_fault);
	suite_add_tcase(s, t);
	return s;
}
