/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"
#include "unit/policy/token_maker.h"

#include "policy/token.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW_S 1700000000

static struct token_keys *keys; /* MAKER_SECRET, for most tests */
static EVP_PKEY *rsa, *p256, *p384, *ed;

static struct token_keys *
load_secret(const char *secret)
{
	struct config_token config = maker_config();
	char copy[512];

	snprintf(copy, sizeof(copy), "%s", secret);
	config.secret = copy;
	return maker_load(&config);
}

static void
set_up(void)
{
	keys = load_secret(MAKER_SECRET);
}

static void
tear_down(void)
{
	token_keys_unref(keys);
}

static void
set_up_keys(void)
{
	rsa = maker_key("RSA");
	p256 = maker_key("P-256");
	p384 = maker_key("P-384");
	ed = maker_key("ED25519");
}

static void
tear_down_keys(void)
{
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(p256);
	EVP_PKEY_free(p384);
	EVP_PKEY_free(ed);
}

/* Verify a copy of exact size, so that a read past it is seen. */
static int
verify(const struct token_keys *k, struct str token, struct identity **who_out,
       const char **why)
{
	char *copy = malloc(token.len ? token.len : 1);
	int error;

	memcpy(copy, token.ptr, token.len);
	error = token_verify(k, (struct str){copy, token.len}, NOW_S, who_out, why);
	free(copy);
	return error;
}

static void
assert_good(const struct token_keys *k, const char *token, const char *user)
{
	struct identity *who = NULL;
	const char *why = "";

	ck_assert_msg(verify(k, str_from(token), &who, &why) == 0, "refused: %s", why);
	ck_assert(str_eq(identity_text(who, CLAIM_USER), str_from(user)));
	identity_unref(who);
}

static void
assert_bad(const struct token_keys *k, const char *token, int error, const char *reason)
{
	struct identity *who = NULL;
	const char *why = "accepted";

	ck_assert_int_eq(verify(k, str_from(token), &who, &why), error);
	ck_assert_str_eq(why, reason);
	ck_assert_ptr_null(who);
}

#define assert_invalid(k, token, reason) assert_bad(k, token, -E_INVALID_TOKEN, reason)

START_TEST(a_token_of_each_hmac_is_accepted)
{
	static const char *const algs[] = {"HS256", "HS384", "HS512"};

	for (size_t i = 0; i < 3; i++)
		assert_good(keys,
			    maker_hmac(algs[i], "{\"sub\":\"u1\",\"exp\":1700000001}"),
			    "u1");
}
END_TEST

static const struct {
	const char *alg;
	EVP_PKEY **key;
} publics[] = {
	{"RS256", &rsa},  {"RS384", &rsa},  {"RS512", &rsa}, {"PS256", &rsa},
	{"ES256", &p256}, {"ES384", &p384}, {"EdDSA", &ed},
};

static const char *
public_token(size_t i, const char *payload)
{
	char header[64];

	snprintf(header, sizeof(header), "{\"alg\":\"%s\"}", publics[i].alg);
	return maker_token(publics[i].alg, *publics[i].key, header, payload);
}

/* All four public keys by PEM file and without kid; *files is removed by the caller. */
static struct token_keys *
load_public(EVP_PKEY *key, const char *algorithm)
{
	char path[64], alg[16], none[1] = "";
	struct config_key entry = {none, alg, none, path};
	struct config_token config = maker_config();
	struct token_keys *k;

	snprintf(path, sizeof(path), "%s", maker_pem_file(key));
	snprintf(alg, sizeof(alg), "%s", algorithm);
	config.keys = &entry;
	config.keys_n = 1;
	k = maker_load(&config);
	unlink(path);
	return k;
}

START_TEST(a_token_of_each_public_key_algorithm_is_accepted)
{
	for (size_t i = 0; i < sizeof(publics) / sizeof(*publics); i++) {
		struct token_keys *k = load_public(*publics[i].key, "");

		assert_good(k, public_token(i, "{\"sub\":\"u\"}"), "u");
		token_keys_unref(k);
		k = load_public(*publics[i].key, publics[i].alg);
		assert_good(k, public_token(i, "{\"sub\":\"u\"}"), "u");
		token_keys_unref(k);
	}
}
END_TEST

START_TEST(a_key_serves_only_the_algorithm_it_is_configured_for)
{
	struct token_keys *k = load_public(rsa, "RS256");

	assert_good(k, public_token(0, "{}"), "");
	for (size_t i = 1; i < sizeof(publics) / sizeof(*publics); i++)
		assert_invalid(k, public_token(i, "{}"),
			       "algorithm not allowed for the key");
	token_keys_unref(k);
}
END_TEST

START_TEST(the_signature_of_another_key_is_refused)
{
	for (size_t i = 0; i < sizeof(publics) / sizeof(*publics); i++) {
		EVP_PKEY *other = maker_key(i < 4    ? "RSA"
					    : i == 4 ? "P-256"
					    : i == 5 ? "P-384"
						     : "ED25519");
		struct token_keys *k = load_public(other, "");

		assert_invalid(k, public_token(i, "{}"), "wrong signature");
		token_keys_unref(k);
		EVP_PKEY_free(other);
	}
}
END_TEST

START_TEST(a_public_key_is_no_hmac_secret)
{
	struct token_keys *k = load_public(rsa, "");
	struct buf text = BUF_INIT, sig = BUF_INIT;
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem;
	long pem_bytes;

	PEM_write_bio_PUBKEY(bio, rsa);
	pem_bytes = BIO_get_mem_data(bio, &pem);
	maker_base64url(STR("{\"alg\":\"HS256\"}"), &text);
	buf_add_char(&text, '.');
	maker_base64url(STR("{\"sub\":\"admin\"}"), &text);
	maker_sign("HS256", NULL, (struct str){pem, (size_t)pem_bytes}, buf_str(&text),
		   &sig);
	buf_add_char(&text, '.');
	maker_base64url(buf_str(&sig), &text);
	buf_add_char(&text, '\0');
	assert_invalid(k, text.data, "algorithm not allowed for the key");
	BIO_free(bio);
	buf_fini(&text);
	buf_fini(&sig);
	token_keys_unref(k);
}
END_TEST

START_TEST(no_signature_is_no_token)
{
	assert_invalid(keys, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.", "not three parts");
	assert_invalid(keys, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.AA",
		       "unknown algorithm");
	assert_invalid(keys, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0", "not three parts");
	assert_invalid(keys, "", "no token");
}
END_TEST

START_TEST(a_header_that_is_not_plain_is_refused)
{
	static const struct {
		const char *header, *why;
	} cases[] = {
		{"{}", "no algorithm"},
		{"[]", "header is no JSON object"},
		{"{\"alg\":\"HS256\"", "header is no JSON object"},
		{"{\"alg\":\"HS256\",}", "header is no JSON object"},
		{"{\"alg\":\"HS256\"}x", "header is no JSON object"},
		{"{\"alg\":\"HS256\",\"a\":[[[[[[[[1]]]]]]]]}",
		 "header is no JSON object"},
		{"{\"alg\":\"none\"}", "unknown algorithm"},
		{"{\"alg\":\"None\"}", "unknown algorithm"},
		{"{\"alg\":\"\"}", "unknown algorithm"},
		{"{\"alg\":\"hs256\"}", "unknown algorithm"},
		{"{\"alg\":\"HS256 \"}", "unknown algorithm"},
		{"{\"alg\":\"HS2567\"}", "unknown algorithm"},
		{"{\"alg\":\"HS256\\u0000\"}", "unknown algorithm"},
		{"{\"alg\":null}", "unknown algorithm"},
		{"{\"alg\":[\"HS256\"]}", "unknown algorithm"},
		{"{\"alg\":256}", "unknown algorithm"},
		{"{\"Alg\":\"HS256\"}", "no algorithm"},
		{"{\"alg\":\"none\",\"alg\":\"HS256\"}", "header has a member twice"},
		{"{\"alg\":\"HS256\",\"a\\u006cg\":\"none\"}",
		 "header has a member twice"},
		{"{\"a\\u006cg\":\"none\",\"alg\":\"HS256\"}",
		 "header has a member twice"},
		{"{\"alg\":\"HS256\",\"x\":1,\"x\":1}", "header has a member twice"},
		{"{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}",
		 "crit is not understood"},
		{"{\"alg\":\"HS256\",\"crit\":[]}", "crit is not understood"},
		{"{\"alg\":\"HS256\",\"b64\":false}", "b64 is not understood"},
		{"{\"alg\":\"HS256\",\"b64\":0}", "b64 is not understood"},
		{"{\"alg\":\"HS256\",\"typ\":\"JWE\"}", "typ is not JWT"},
		{"{\"alg\":\"HS256\",\"typ\":\"\"}", "typ is not JWT"},
		{"{\"alg\":\"HS256\",\"typ\":null}", "typ is not JWT"},
		{"{\"alg\":\"HS256\",\"kid\":1}", "kid is no text"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_invalid(keys, maker_token("HS256", NULL, cases[i].header, "{}"),
			       cases[i].why);
}
END_TEST

START_TEST(a_header_may_say_what_harms_nothing)
{
	static const char *const headers[] = {
		"{\"alg\":\"HS256\"}",
		" { \"typ\" : \"jwt\" , \"alg\" : \"HS256\" } ",
		"{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}",
		"{\"alg\":\"HS256\",\"typ\":\"application/AT+JWT\"}",
		"{\"alg\":\"HS256\",\"b64\":true}",
		"{\"alg\":\"HS256\",\"jku\":\"https://evil.example\",\"jwk\":{}}",
		"{\"alg\":\"HS256\",\"kid\":\"whatever\"}",
		"{\"\\u0061lg\":\"HS256\"}",
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		assert_good(keys,
			    maker_token("HS256", NULL, headers[i], "{\"sub\":\"u\"}"),
			    "u");
}
END_TEST

START_TEST(times_are_checked_with_leeway)
{
	static const struct {
		const char *payload, *why;
		uint32_t leeway_s;
		int error;
	} cases[] = {
		{"{\"exp\":1700000001}", NULL, 0, 0},
		{"{\"exp\":1700000000}", "expired", 0, -E_TOKEN_EXPIRED},
		{"{\"exp\":1700000000.9}", "expired", 0, -E_TOKEN_EXPIRED},
		{"{\"exp\":1.700000001e9}", NULL, 0, 0},
		{"{\"exp\":1699999990}", "expired", 10, -E_TOKEN_EXPIRED},
		{"{\"exp\":1699999991}", NULL, 10, 0},
		{"{\"exp\":0}", "expired", 0, -E_TOKEN_EXPIRED},
		{"{\"exp\":-1}", "expired", 0, -E_TOKEN_EXPIRED},
		{"{\"exp\":-9223372036854775808}", "expired", 4000000000,
		 -E_TOKEN_EXPIRED},
		{"{\"exp\":1e300}", NULL, 0, 0},
		{"{\"exp\":1e400}", "exp is no number", 0, -E_INVALID_TOKEN},
		{"{\"exp\":\"1800000000\"}", "exp is no number", 0, -E_INVALID_TOKEN},
		{"{\"exp\":null}", "exp is no number", 0, -E_INVALID_TOKEN},
		{"{\"exp\":true}", "exp is no number", 0, -E_INVALID_TOKEN},
		{"{\"exp\":[1800000000]}", "exp is no number", 0, -E_INVALID_TOKEN},
		{"{\"nbf\":1700000000}", NULL, 0, 0},
		{"{\"nbf\":1699999999.5}", NULL, 0, 0},
		{"{\"nbf\":1700000000.1}", "not valid yet", 0, -E_INVALID_TOKEN},
		{"{\"nbf\":1700000001}", "not valid yet", 0, -E_INVALID_TOKEN},
		{"{\"nbf\":1700000010}", NULL, 10, 0},
		{"{\"nbf\":1700000011}", "not valid yet", 10, -E_INVALID_TOKEN},
		{"{\"nbf\":9223372036854775807}", "not valid yet", 10, -E_INVALID_TOKEN},
		{"{\"nbf\":\"1\"}", "nbf is no number", 0, -E_INVALID_TOKEN},
		{"{\"iat\":1700000000}", NULL, 0, 0},
		{"{\"iat\":1700000001}", "issued in the future", 0, -E_INVALID_TOKEN},
		{"{\"iat\":{}}", "iat is no number", 0, -E_INVALID_TOKEN},
		{"{\"iat\":1,\"iat\":1}", "payload has a member twice", 0,
		 -E_INVALID_TOKEN},
		{"{\"exp\":1,\"\\u0065xp\":1800000000}", "payload has a member twice", 0,
		 -E_INVALID_TOKEN},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct config_token config = maker_config();
		char secret[] = MAKER_SECRET;
		const char *token = maker_hmac("HS256", cases[i].payload);
		struct token_keys *k;

		config.secret = secret;
		config.leeway_s = cases[i].leeway_s;
		k = maker_load(&config);
		if (cases[i].error)
			assert_bad(k, token, cases[i].error, cases[i].why);
		else
			assert_good(k, token, "");
		token_keys_unref(k);
	}
}
END_TEST

START_TEST(audience_and_issuer_are_checked_when_configured)
{
	static const struct {
		const char *payload, *why;
	} cases[] = {
		{"{\"aud\":\"chat\",\"iss\":\"me\"}", NULL},
		{"{\"aud\":\"mail\",\"iss\":\"you\"}", NULL},
		{"{\"aud\":[\"x\",\"chat\"],\"iss\":\"me\"}", NULL},
		{"{\"aud\":\"ch\\u0061t\",\"iss\":\"me\"}", NULL},
		{"{\"iss\":\"me\"}", "no audience"},
		{"{\"aud\":\"chat\"}", "no issuer"},
		{"{\"aud\":\"Chat\",\"iss\":\"me\"}", "wrong audience"},
		{"{\"aud\":\"cha\",\"iss\":\"me\"}", "wrong audience"},
		{"{\"aud\":[],\"iss\":\"me\"}", "wrong audience"},
		{"{\"aud\":[\"chat\",1],\"iss\":\"me\"}", "aud is neither text nor list"},
		{"{\"aud\":{\"chat\":1},\"iss\":\"me\"}", "aud is neither text nor list"},
		{"{\"aud\":null,\"iss\":\"me\"}", "aud is neither text nor list"},
		{"{\"aud\":\"chat\",\"iss\":\"they\"}", "wrong issuer"},
		{"{\"aud\":\"chat\",\"iss\":[\"me\"]}", "iss is no text"},
	};
	char chat[] = "chat", mail[] = "mail", me[] = "me", you[] = "you",
	     secret[] = MAKER_SECRET;
	char *audience[] = {chat, mail}, *issuer[] = {me, you};
	struct config_token config = maker_config();
	struct token_keys *k;

	config.secret = secret;
	config.audience = (struct config_list){audience, 2};
	config.issuer = (struct config_list){issuer, 2};
	k = maker_load(&config);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *token = maker_hmac("HS256", cases[i].payload);

		if (cases[i].why)
			assert_invalid(k, token, cases[i].why);
		else
			assert_good(k, token, "");
	}
	token_keys_unref(k);
	assert_good(keys, maker_hmac("HS256", "{\"aud\":\"any\",\"iss\":\"body\"}"), "");
	assert_invalid(keys, maker_hmac("HS256", "{\"iss\":1}"), "iss is no text");
}
END_TEST

START_TEST(a_payload_that_is_no_object_is_refused)
{
	static const char *const payloads[] = {
		"[]",         "1",          "\"u\"",
		"{",          "{\"a\":1}}", "{\"a\":\"\xff\"}",
		"{\"a\":01}", "{'a':1}",    "\xef\xbb\xbf{}"};

	for (size_t i = 0; i < sizeof(payloads) / sizeof(*payloads); i++)
		assert_invalid(keys, maker_hmac("HS256", payloads[i]),
			       "payload is no JSON object");
	assert_invalid(keys, maker_hmac("HS256", "{\"sub\":true}"),
		       "claim of a wrong type");
}
END_TEST

START_TEST(a_token_changed_anywhere_is_refused)
{
	const char *good = maker_hmac("HS256", "{\"sub\":\"u1\",\"exp\":1700000001}");
	size_t n = strlen(good);
	char token[512];

	for (size_t i = 0; i < n; i++) {
		struct identity *who = NULL;

		snprintf(token, sizeof(token), "%s", good);
		/* Another letter of the alphabet: the last one has unused bits, so that some
		 * changes there are refused as base64 and none passes. */
		token[i] = token[i] == '.' ? 'A' : token[i] == 'B' ? 'C' : 'B';
		ck_assert_int_eq(verify(keys, str_from(token), &who, NULL),
				 -E_INVALID_TOKEN);
		token[i] = '=';
		ck_assert_int_eq(verify(keys, str_from(token), &who, NULL),
				 -E_INVALID_TOKEN);
		token[i] = '\0';
		ck_assert_int_eq(verify(keys, (struct str){token, n}, &who, NULL),
				 -E_INVALID_TOKEN);
	}
}
END_TEST

START_TEST(a_token_cut_or_continued_anywhere_is_refused)
{
	const char *good = maker_hmac("HS256", "{\"sub\":\"u1\"}");
	size_t n = strlen(good);
	char token[512];
	struct identity *who = NULL;

	for (size_t cut = 0; cut < n; cut++)
		ck_assert_int_eq(verify(keys, (struct str){good, cut}, &who, NULL),
				 -E_INVALID_TOKEN);
	for (size_t at = 0; at <= n; at++) {
		static const char extra[] = ".= \n\tA\0";

		for (size_t i = 0; i < sizeof(extra); i++) {
			memcpy(token, good, at);
			token[at] = extra[i];
			memcpy(token + at + 1, good + at, n - at);
			ck_assert_int_eq(
				verify(keys, (struct str){token, n + 1}, &who, NULL),
				-E_INVALID_TOKEN);
		}
	}
}
END_TEST

START_TEST(an_overlong_token_is_refused_unread)
{
	char payload[9000];

	snprintf(payload, sizeof(payload), "{\"sub\":\"%05800d\"}", 1);
	ck_assert_uint_lt(strlen(maker_hmac("HS256", payload)), TOKEN_BYTES_MAX);
	snprintf(payload + 5800, sizeof(payload) - 5800, "%0300d\"}", 1);
	assert_invalid(keys, maker_hmac("HS256", payload), "too long");
}
END_TEST

START_TEST(a_short_or_long_ecdsa_signature_is_refused)
{
	struct token_keys *k = load_public(p256, "");
	const char *good = public_token(4, "{}");
	char token[512];
	size_t n = strlen(good);

	snprintf(token, sizeof(token), "%s", good);
	assert_good(k, token, "");
	token[n - 2] = '\0'; /* 63 bytes */
	assert_invalid(k, token, "wrong signature");
	snprintf(token, sizeof(token), "%sAAAA", good);
	ck_assert_int_ne(verify(k, str_from(token), NULL, NULL), 0);
	/* r = s = 0, "psychic signatures": CVE-2022-21449. */
	snprintf(token, sizeof(token), "%.*s.%086d", (int)(strrchr(good, '.') - good),
		 good, 0);
	for (char *c = strrchr(token, '.') + 1; *c; c++)
		*c = 'A';
	assert_invalid(k, token, "wrong signature");
	token_keys_unref(k);
}
END_TEST

START_TEST(without_keys_every_token_is_refused)
{
	struct config_token config = maker_config();
	struct token_keys *k = maker_load(&config);

	assert_invalid(k, maker_hmac("HS256", "{}"), "no keys");
	token_keys_unref(k);
}
END_TEST

START_TEST(what_is_signed_here_is_accepted_here)
{
	struct buf token = BUF_INIT;

	ck_assert_int_eq(
		token_sign(keys, STR("{\"sub\":\"u1\",\"artifacts\":[1,\"x\"]}"), &token),
		0);
	buf_add_char(&token, '\0');
	assert_good(keys, token.data, "u1");
	buf_clear(&token);
	ck_assert_int_eq(token_sign(keys, STR("[]"), &token), -E_ARGUMENT);
	ck_assert_int_eq(token_sign(keys, STR("{\"a\":"), &token), -E_ARGUMENT);
	ck_assert_uint_eq(token.len, 0);
	buf_fini(&token);
}
END_TEST

START_TEST(public_keys_cannot_sign)
{
	struct token_keys *k = load_public(p256, "");
	struct buf token = BUF_INIT;

	ck_assert_int_eq(token_sign(k, STR("{}"), &token), -E_UNSUPPORTED);
	buf_fini(&token);
	token_keys_unref(k);
}
END_TEST

Suite *
token_suite(void)
{
	Suite *s = suite_create("token");
	TCase *t = tcase_create("secret"), *public = tcase_create("public");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_token_of_each_hmac_is_accepted);
	tcase_add_test(t, no_signature_is_no_token);
	tcase_add_test(t, a_header_that_is_not_plain_is_refused);
	tcase_add_test(t, a_header_may_say_what_harms_nothing);
	tcase_add_test(t, times_are_checked_with_leeway);
	tcase_add_test(t, audience_and_issuer_are_checked_when_configured);
	tcase_add_test(t, a_payload_that_is_no_object_is_refused);
	tcase_add_test(t, a_token_changed_anywhere_is_refused);
	tcase_add_test(t, a_token_cut_or_continued_anywhere_is_refused);
	tcase_add_test(t, an_overlong_token_is_refused_unread);
	tcase_add_test(t, without_keys_every_token_is_refused);
	tcase_add_test(t, what_is_signed_here_is_accepted_here);
	suite_add_tcase(s, t);
	tcase_add_unchecked_fixture(public, set_up_keys, tear_down_keys);
	tcase_add_test(public, a_token_of_each_public_key_algorithm_is_accepted);
	tcase_add_test(public, a_key_serves_only_the_algorithm_it_is_configured_for);
	tcase_add_test(public, the_signature_of_another_key_is_refused);
	tcase_add_test(public, a_public_key_is_no_hmac_secret);
	tcase_add_test(public, a_short_or_long_ecdsa_signature_is_refused);
	tcase_add_test(public, public_keys_cannot_sign);
	tcase_set_timeout(public, 30);
	suite_add_tcase(s, public);
	return s;
}
