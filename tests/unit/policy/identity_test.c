/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"

#include "policy/identity.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static char n_user[] = "sub", n_username[] = "username", n_email[] = "email";
static char n_company[] = "companyId", n_session[] = "sid", n_artifacts[] = "artifacts";
static char n_roles[] = "realm_access.roles", n_permissions[] = "scope",
	    n_channels[] = "channels";
static char n_rooms[] = "https://a.example/rooms", n_events[] = "", n_topics[] = "topics";
static char *const names[CLAIM_N] = {n_user,     n_username,  n_email,  n_company,
				     n_session,  n_artifacts, n_roles,  n_permissions,
				     n_channels, n_rooms,     n_events, n_topics};

/* The text is copied to memory of its exact size, so that a read past it is seen. */
static int
make(const char *json, struct identity **out)
{
	size_t n = strlen(json);
	char *copy = malloc(n ? n : 1);
	int error;

	memcpy(copy, json, n);
	error = identity_new((struct str){copy, n}, names, out);
	free(copy);
	return error;
}

static struct identity *
good(const char *json)
{
	struct identity *who = NULL;

	ck_assert_msg(make(json, &who) == 0, "refused: %s", json);
	return who;
}

static void
assert_refused(const char *json)
{
	struct identity *who = NULL;

	ck_assert_msg(make(json, &who) == -E_INVALID_TOKEN, "accepted: %s", json);
}

static void
assert_text(const struct identity *who, enum config_claim claim, const char *expected)
{
	struct str s = identity_text(who, claim);

	ck_assert_msg(str_eq(s, str_from(expected)), "%.*s is not %s", STR_ARG(s),
		      expected);
}

/* All items of a list claim, a bar after each. */
static void
assert_list(const struct identity *who, enum config_claim claim, const char *expected)
{
	struct buf joined = BUF_INIT;
	struct str item;

	for (size_t at = 0; identity_each(who, claim, &at, &item);) {
		buf_add_str(&joined, item);
		buf_add_char(&joined, '|');
		ck_assert(identity_has(who, claim, item));
	}
	buf_add_char(&joined, '\0');
	ck_assert_str_eq(joined.data, expected);
	buf_fini(&joined);
}

START_TEST(nobody_has_no_claims)
{
	struct identity *who = identity_anonymous();

	for (int i = 0; i < CLAIM_N; i++) {
		assert_text(who, (enum config_claim)i, "");
		assert_list(who, (enum config_claim)i, "");
		ck_assert(!identity_has(who, (enum config_claim)i, STR("")));
	}
	ck_assert(str_eq(identity_claims(who), STR("{}")));
	ck_assert_int_eq(identity_expires_s(who), 0);
	identity_unref(who);
	identity_unref(NULL);
}
END_TEST

START_TEST(single_claims_are_texts)
{
	const char *json =
		" {\"sub\":\"u1\",\"username\":\"J\\u00fcrgen \\\"J\\\"\",\"email\":null,"
		"\"companyId\":42,\"sid\":\"s-1\",\"other\":{\"sub\":\"no\"}} ";
	struct identity *who = good(json);

	assert_text(who, CLAIM_USER, "u1");
	assert_text(who, CLAIM_USERNAME, "J\xc3\xbcrgen \"J\"");
	assert_text(who, CLAIM_EMAIL, "");
	assert_text(who, CLAIM_COMPANY, "42");
	assert_text(who, CLAIM_SESSION, "s-1");
	ck_assert(str_eq(identity_claims(who), str_from(json)));
	identity_unref(who);
}
END_TEST

START_TEST(numbers_have_one_text)
{
	static const char *const same[] = {"42", "42.0", "4.2e1", "420E-1", "42.000e0"};
	char json[64];

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		struct identity *who;

		snprintf(json, sizeof(json), "{\"sub\":%s,\"artifacts\":[7,%s]}", same[i],
			 same[i]);
		who = good(json);
		assert_text(who, CLAIM_USER, "42");
		assert_list(who, CLAIM_ARTIFACTS, "7|42|");
		identity_unref(who);
	}
}
END_TEST

START_TEST(long_whole_numbers_keep_their_digits)
{
	struct identity *who = good(
		"{\"sub\":12345678901234567890123,\"companyId\":-7,\"sid\":-0}");

	assert_text(who, CLAIM_USER, "12345678901234567890123");
	assert_text(who, CLAIM_COMPANY, "-7");
	assert_text(who, CLAIM_SESSION, "0");
	identity_unref(who);
}
END_TEST

START_TEST(claims_of_a_wrong_type_are_refused)
{
	assert_refused("");
	assert_refused("[]");
	assert_refused("\"x\"");
	assert_refused("{\"sub\":\"u\"");
	assert_refused("{\"sub\":\"\xff\"}");
	assert_refused("{\"sub\":true}");
	assert_refused("{\"sub\":{}}");
	assert_refused("{\"sub\":[\"u\"]}");
	assert_refused("{\"sub\":1.5}");
	assert_refused("{\"sub\":1e300}");
	assert_refused("{\"sub\":\"a\\u0000b\"}");
	assert_refused("{\"artifacts\":[1,null]}");
	assert_refused("{\"artifacts\":[[1]]}");
	assert_refused("{\"artifacts\":[\"a\\u0000b\"]}");
	assert_refused("{\"artifacts\":{\"a\":1}}");
	assert_refused("{\"artifacts\":false}");
	assert_refused("{\"exp\":\"1\"}");
	assert_refused("{\"exp\":null}");
}
END_TEST

START_TEST(lists_are_arrays_or_words)
{
	struct identity *who = good(
		"{\"artifacts\":[\"a b\",7, \"\" ,\"c\"],\"scope\":\" read  write \","
		"\"channels\":5,\"topics\":[],\"realm_access\":{\"roles\":[\"admin\"]},"
		"\"https://a.example/rooms\":[\"r\"]}");

	assert_list(who, CLAIM_ARTIFACTS, "a b|7|c|");
	assert_list(who, CLAIM_PERMISSIONS, "read|write|");
	assert_list(who, CLAIM_CHANNELS, "5|");
	assert_list(who, CLAIM_TOPICS, "");
	assert_list(who, CLAIM_ROLES, "admin|");
	assert_list(who, CLAIM_ROOMS, "r|");
	assert_list(who, CLAIM_EVENTS, "");
	ck_assert(!identity_has(who, CLAIM_ARTIFACTS, STR("a")));
	ck_assert(!identity_has(who, CLAIM_ARTIFACTS, STR("")));
	ck_assert(!identity_has(who, CLAIM_PERMISSIONS, STR("rea")));
	ck_assert(!identity_has(who, CLAIM_PERMISSIONS, STR("")));
	identity_unref(who);
}
END_TEST

START_TEST(lists_with_escapes_are_the_same_lists)
{
	struct identity *who = good(
		"{\"artifacts\":[\"a\\/b\",\"\",\"\\u00e9 x\",1.0,\"z\"],"
		"\"scope\":\"read\\u0020wr\\u0069te\"}");

	assert_list(who, CLAIM_ARTIFACTS, "a/b|\xc3\xa9 x|1|z|");
	assert_list(who, CLAIM_PERMISSIONS, "read|write|");
	identity_unref(who);
}
END_TEST

START_TEST(a_member_of_the_very_name_wins_over_a_path)
{
	struct identity *who = good("{\"realm_access\":{\"roles\":[\"path\"]},"
				    "\"realm_access.roles\":[\"name\"]}");

	assert_list(who, CLAIM_ROLES, "name|");
	identity_unref(who);
	who = good("{\"realm_access\":[\"roles\"]}");
	assert_list(who, CLAIM_ROLES, "");
	identity_unref(who);
	who = good("{\"realm_access\":{\"roles\":null}}");
	assert_list(who, CLAIM_ROLES, "");
	identity_unref(who);
}
END_TEST

START_TEST(expiry_is_rounded_down)
{
	static const struct {
		const char *json;
		int64_t expires_s;
	} cases[] = {
		{"{\"exp\":1700000000}", 1700000000},
		{"{\"exp\":1700000000.9}", 1700000000},
		{"{\"exp\":1.7e9}", 1700000000},
		{"{\"exp\":0}", -1},
		{"{\"exp\":-5.5}", -6},
		{"{\"exp\":1e300}", 9007199254740992},
		{"{\"exp\":-1e300}", -9007199254740992},
		{"{}", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct identity *who = good(cases[i].json);

		ck_assert_int_eq(identity_expires_s(who), cases[i].expires_s);
		identity_unref(who);
	}
}
END_TEST

START_TEST(dates_are_rounded_towards_the_shorter_life)
{
	int64_t s;

	ck_assert(identity_date(STR("10.25"), true, &s));
	ck_assert_int_eq(s, 11);
	ck_assert(identity_date(STR("10.25"), false, &s));
	ck_assert_int_eq(s, 10);
	ck_assert(!identity_date(STR("\"10\""), false, &s));
	ck_assert(!identity_date(STR("null"), false, &s));
}
END_TEST

START_TEST(an_identity_costs_its_payload_and_a_little)
{
	char json[512];
	struct identity *who;
	size_t n = (size_t)snprintf(
		json, sizeof(json),
		"{\"sub\":\"u1\",\"artifacts\":[\"a\",\"b\"],\"pad\":\"%0300d\"}", 0);

	who = good(json);
	ck_assert_uint_le(malloc_usable_size(who), n + 120);
	identity_unref(who);
}
END_TEST

START_TEST(a_payload_beyond_the_bound_is_refused)
{
	struct buf json = BUF_INIT;
	struct identity *who = NULL;

	buf_add_str(&json, STR("{\"sub\":\""));
	for (int i = 0; i < 60000; i++)
		buf_add_char(&json, 'x');
	buf_add_str(&json, STR("\"}"));
	ck_assert_int_eq(identity_new(buf_str(&json), names, &who), -E_INVALID_TOKEN);
	/* Below the bound, but what has to be written beside it does not fit any more. */
	buf_clear(&json);
	buf_add_str(&json, STR("{\"sub\":\"\\n"));
	for (int i = 0; i < 50000; i++)
		buf_add_char(&json, 'x');
	buf_add_str(&json, STR("\"}"));
	ck_assert_int_eq(identity_new(buf_str(&json), names, &who), -E_INVALID_TOKEN);
	buf_fini(&json);
}
END_TEST

START_TEST(a_text_cut_anywhere_is_refused)
{
	const char
		*json = "{\"sub\":\"u\\u00e9\",\"artifacts\":[\"a\\/b\",7],\"exp\":17.5}";
	struct identity *who;

	for (size_t cut = 0; cut < strlen(json); cut++) {
		char *part = str_dup((struct str){json, cut});

		assert_refused(part);
		free(part);
	}
	who = good(json);
	ck_assert_ptr_eq(identity_ref(who), who);
	identity_unref(who);
	assert_text(who, CLAIM_USER, "u\xc3\xa9");
	identity_unref(who);
}
END_TEST

Suite *
identity_suite(void)
{
	Suite *s = suite_create("identity");
	TCase *t = tcase_create("identity");

	tcase_add_test(t, nobody_has_no_claims);
	tcase_add_test(t, single_claims_are_texts);
	tcase_add_test(t, numbers_have_one_text);
	tcase_add_test(t, long_whole_numbers_keep_their_digits);
	tcase_add_test(t, claims_of_a_wrong_type_are_refused);
	tcase_add_test(t, lists_are_arrays_or_words);
	tcase_add_test(t, lists_with_escapes_are_the_same_lists);
	tcase_add_test(t, a_member_of_the_very_name_wins_over_a_path);
	tcase_add_test(t, expiry_is_rounded_down);
	tcase_add_test(t, dates_are_rounded_towards_the_shorter_life);
	tcase_add_test(t, an_identity_costs_its_payload_and_a_little);
	tcase_add_test(t, a_payload_beyond_the_bound_is_refused);
	tcase_add_test(t, a_text_cut_anywhere_is_refused);
	suite_add_tcase(s, t);
	return s;
}
