/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"
#include "unit/policy/token_maker.h"

#include "policy/token.h"

#include <stdio.h>

#define NOW_S 1700000000

static struct token_keys *keys;
static struct token_cache *cache;

static struct token_keys *
load(uint32_t leeway_s)
{
	struct config_token config = maker_config();
	char secret[] = MAKER_SECRET;

	config.secret = secret;
	config.leeway_s = leeway_s;
	return maker_load(&config);
}

static void
set_up(void)
{
	keys = load(0);
	cache = token_cache_new(4);
	ck_assert_ptr_nonnull(cache);
}

static void
tear_down(void)
{
	token_cache_free(cache);
	token_keys_unref(keys);
}

/* The identity of a good token; the cache, if anybody, keeps it. */
static const struct identity *
good(struct token_keys *k, const char *token)
{
	struct identity *who = NULL;

	ck_assert_int_eq(token_cache_verify(cache, k, str_from(token), NOW_S, &who, NULL),
			 0);
	identity_unref(who);
	return who;
}

static const char *
token_of(unsigned user)
{
	char payload[64];

	snprintf(payload, sizeof(payload), "{\"sub\":\"u%u\",\"exp\":1700000010}", user);
	return maker_hmac("HS256", payload);
}

/* Is the identity that was given out for token still the one that is given out? */
static bool
is_remembered(const char *token, const struct identity *who)
{
	return good(keys, token) == who;
}

START_TEST(the_same_token_gets_the_same_identity)
{
	const char *token = token_of(1);
	struct identity *first, *second;

	ck_assert_int_eq(
		token_cache_verify(cache, keys, str_from(token), NOW_S, &first, NULL), 0);
	ck_assert_int_eq(
		token_cache_verify(cache, keys, str_from(token), NOW_S, &second, NULL),
		0);
	ck_assert_ptr_eq(first, second);
	ck_assert(str_eq(identity_text(first, CLAIM_USER), STR("u1")));
	identity_unref(first);
	identity_unref(second);
}
END_TEST

START_TEST(a_remembered_token_expires_all_the_same)
{
	const char *token = token_of(1), *why = NULL;
	struct identity *who = NULL;

	good(keys, token);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(token_cache_verify(cache, keys, str_from(token),
						    1700000010, &who, &why),
				 -E_TOKEN_EXPIRED);
		ck_assert_str_eq(why, "expired");
		ck_assert_ptr_null(who);
	}
	good(keys, token);
}
END_TEST

START_TEST(leeway_holds_for_remembered_tokens)
{
	struct token_keys *lenient = load(5);
	const char *token = token_of(1);
	struct identity *who = NULL;

	good(lenient, token);
	ck_assert_int_eq(token_cache_verify(cache, lenient, str_from(token), 1700000014,
					    &who, NULL),
			 0);
	identity_unref(who);
	ck_assert_int_eq(token_cache_verify(cache, lenient, str_from(token), 1700000015,
					    &who, NULL),
			 -E_TOKEN_EXPIRED);
	token_keys_unref(lenient);
}
END_TEST

START_TEST(the_longest_unused_token_makes_room)
{
	const char *tokens[5];
	const struct identity *who[5];

	for (unsigned i = 0; i < 4; i++)
		who[i] = good(keys, tokens[i] = token_of(i));
	ck_assert(is_remembered(tokens[0], who[0]));
	/* Keep the one that has to go alive, so that its memory is not given out again. */
	{
		struct identity *held;

		ck_assert_int_eq(token_cache_verify(cache, keys, str_from(tokens[1]),
						    NOW_S, &held, NULL),
				 0);
		for (unsigned i = 2; i < 4; i++)
			good(keys, tokens[i]);
		good(keys, tokens[0]);
		good(keys, tokens[4] = token_of(4));
		ck_assert(is_remembered(tokens[0], who[0]));
		ck_assert(is_remembered(tokens[2], who[2]));
		ck_assert(is_remembered(tokens[3], who[3]));
		ck_assert(!is_remembered(tokens[1], held));
		identity_unref(held);
	}
}
END_TEST

START_TEST(a_bad_token_is_not_remembered)
{
	const char *token = maker_hmac("HS256", "{\"nbf\":1700000001}");
	struct identity *who = NULL;

	ck_assert_int_eq(
		token_cache_verify(cache, keys, str_from(token), NOW_S, &who, NULL),
		-E_INVALID_TOKEN);
	ck_assert_int_eq(
		token_cache_verify(cache, keys, str_from(token), NOW_S + 1, &who, NULL),
		0);
	identity_unref(who);
}
END_TEST

START_TEST(other_keys_empty_the_cache)
{
	struct config_token config = maker_config();
	char secret[] = "quite another secret of 32 bytes";
	struct token_keys *others;
	struct identity *who = NULL;
	const char *token = token_of(1);

	config.secret = secret;
	others = maker_load(&config);
	good(keys, token);
	ck_assert_int_eq(
		token_cache_verify(cache, others, str_from(token), NOW_S, &who, NULL),
		-E_INVALID_TOKEN);
	token_keys_unref(others);
	good(keys, token);
}
END_TEST

START_TEST(the_cache_keeps_the_keys_it_needs)
{
	struct token_keys *k = load(0);
	const char *token = token_of(1);

	good(k, token);
	token_keys_unref(k);
	good(k, token);
	good(keys, token);
}
END_TEST

START_TEST(a_cache_of_none_verifies_each_time)
{
	struct token_cache *none = token_cache_new(0);
	const char *token = token_of(1);
	struct identity *first, *second;

	ck_assert_int_eq(
		token_cache_verify(none, keys, str_from(token), NOW_S, &first, NULL), 0);
	ck_assert_int_eq(
		token_cache_verify(none, keys, str_from(token), NOW_S, &second, NULL), 0);
	ck_assert_ptr_ne(first, second);
	identity_unref(first);
	identity_unref(second);
	token_cache_free(none);
	token_cache_free(NULL);
}
END_TEST

Suite *
token_cache_suite(void)
{
	Suite *s = suite_create("token_cache");
	TCase *t = tcase_create("token_cache");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, the_same_token_gets_the_same_identity);
	tcase_add_test(t, a_remembered_token_expires_all_the_same);
	tcase_add_test(t, leeway_holds_for_remembered_tokens);
	tcase_add_test(t, the_longest_unused_token_makes_room);
	tcase_add_test(t, a_bad_token_is_not_remembered);
	tcase_add_test(t, other_keys_empty_the_cache);
	tcase_add_test(t, the_cache_keeps_the_keys_it_needs);
	tcase_add_test(t, a_cache_of_none_verifies_each_time);
	suite_add_tcase(s, t);
	return s;
}
