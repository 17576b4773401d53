/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/refresh.h"
#include "policy/token.h"
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>

/* The fake's clock starts at 1700000000 s. */
#define UNTIL(s) "{\"sub\":\"alice\",\"sid\":\"s1\",\"exp\":" s "}"

static void
setup(void)
{
	fake_new(NULL, 0);
	fake_open();
}

static struct socket *
come(const char *claims)
{
	struct socket *s = fake_connect(0, "/", claims, "sessionId=s1");

	ck_assert_str_eq(fake_said(s), "connect\n");
	return s;
}

static const char *
refresh(struct socket *s, const char *claims)
{
	struct token_keys *keys = actions_keys(fake.actions);
	struct buf token = BUF_INIT, data = BUF_INIT;

	ck_assert_int_eq(token_sign(keys, str_from(claims), &token), 0);
	buf_printf(&data, "{\"token\":\"%.*s\"}", (int)token.len, token.data);
	buf_add_char(&data, '\0');
	fake_event(s, "auth.refresh", data.data, 1);
	buf_fini(&token);
	buf_fini(&data);
	token_keys_unref(keys);
	return fake_said(s);
}

static const char expired[] =
	"message \"{\\\"type\\\":\\\"ERROR\\\",\\\"requestId\\\":\\\"\\\","
	"\\\"error\\\":{\\\"code\\\":\\\"TOKEN_EXPIRED\\\","
	"\\\"message\\\":\\\"authentication token has expired\\\"}}\"\n";

START_TEST(at_its_expiry_a_client_is_told_and_after_the_grace_closed)
{
	struct socket *s = come(UNTIL("1700000100"));

	fake_wait(99999);
	ck_assert_str_eq(fake_said(s), "");
	fake_wait(1);
	ck_assert_str_eq(fake_said(s), expired);
	fake_wait(fake.config->token.expiry_grace_ms - 1);
	ck_assert_str_eq(fake_said(s), "");
	fake_wait(1);
	ck_assert_str_eq(fake_said(s), "close\n");
}
END_TEST

START_TEST(a_token_for_months_expires_in_months)
{
	struct socket *s = come(UNTIL("1710000000"));

	for (int hours = 0; hours < 2777; hours++)
		fake_wait(3600 * 1000);
	ck_assert_str_eq(fake_said(s), "");
	fake_wait(3600 * 1000);
	ck_assert_str_eq(fake_said(s), expired);
}
END_TEST

START_TEST(a_token_without_expiry_stays)
{
	struct socket *s = come("{\"sub\":\"alice\",\"sid\":\"s1\"}");

	fake_wait(1000000000);
	ck_assert_str_eq(fake_said(s), "");
}
END_TEST

START_TEST(a_fresh_token_takes_the_place_of_the_old_one)
{
	struct socket *s = come(UNTIL("1700000100"));

	ck_assert(
		strstr(refresh(s, "{\"sub\":\"alice\",\"sid\":\"s1\",\"exp\":1700000200,"
				  "\"permissions\":[\"new\"]}"),
		       "\"data\":{\"expiresAt\":\"2023-11-14T22:16:40Z\"}") != NULL);
	ck_assert(identity_has(socket_identity(s), CLAIM_PERMISSIONS, STR("new")));
	fake_wait(199999);
	ck_assert_str_eq(fake_said(s), "");
	fake_wait(1);
	ck_assert_str_eq(fake_said(s), expired);
}
END_TEST

START_TEST(it_also_saves_one_who_was_told)
{
	struct socket *s = come(UNTIL("1700000100"));

	fake_wait(100000);
	ck_assert_str_eq(fake_said(s), expired);
	ck_assert(strstr(refresh(s, UNTIL("1700000200")), "RESPONSE") != NULL);
	fake_wait(100000);
	ck_assert_str_eq(fake_said(s), expired); /* told again, and not closed */
	ck_assert(strstr(refresh(s, "{\"sub\":\"alice\"}"), "\"expiresAt\":null") !=
		  NULL);
	fake_wait(100000000);
	ck_assert_str_eq(fake_said(s), "");
}
END_TEST

START_TEST(the_token_of_another_person_is_refused)
{
	struct socket *s = come(UNTIL("1700000100"));

	ck_assert(strstr(refresh(s, "{\"sub\":\"bob\",\"exp\":1700000200}"),
			 "FORBIDDEN") != NULL);
	ck_assert(str_eq(identity_text(socket_identity(s), CLAIM_USER), STR("alice")));
}
END_TEST

START_TEST(the_token_of_another_company_or_session_is_refused)
{
	struct socket *s = come(
		"{\"sub\":\"alice\",\"companyId\":\"acme\",\"sid\":\"s1\"}");

	ck_assert(strstr(refresh(s, "{\"sub\":\"alice\",\"companyId\":\"umbrella\"}"),
			 "FORBIDDEN") != NULL);
	ck_assert(strstr(refresh(s, "{\"sub\":\"alice\",\"companyId\":\"acme\",\"sid\":"
				    "\"s2\"}"),
			 "INVALID_SESSION") != NULL);
	ck_assert(strstr(refresh(s, "{\"sub\":\"alice\",\"companyId\":\"acme\"}"),
			 "RESPONSE") != NULL);
}
END_TEST

START_TEST(a_bad_token_is_refused)
{
	struct socket *s = come(UNTIL("1700000100"));

	ck_assert(strstr(refresh(s, "{\"sub\":\"alice\",\"exp\":1600000000}"),
			 "TOKEN_EXPIRED") != NULL);
	fake_event(s, "auth.refresh", "{\"token\":\"a.b.c\"}", 1);
	ck_assert(strstr(fake_said(s), "INVALID_TOKEN") != NULL);
	fake_event(s, "auth.refresh", "{}", 1);
	ck_assert(strstr(fake_said(s), "INVALID_DATA") != NULL);
}
END_TEST

START_TEST(bad_tokens_are_counted_and_too_many_are_not_looked_at)
{
	struct socket *s = come(UNTIL("1700000100"));

	/* expired ones and those of others are no guesses */
	refresh(s, "{\"sub\":\"alice\",\"exp\":1600000000}");
	refresh(s, "{\"sub\":\"bob\"}");
	ck_assert_int_eq(fake.bad_tokens_n, 0);
	for (int i = 0; i < 3; i++) {
		fake_event(s, "auth.refresh", "{\"token\":\"a.b.c\"}", 1);
		ck_assert(strstr(fake_said(s), "INVALID_TOKEN") != NULL);
	}
	ck_assert_int_eq(fake.bad_tokens_n, 3);
	ck_assert(strstr(refresh(s, UNTIL("1700000200")), "RATE_LIMITED") != NULL);
	ck_assert_uint_eq(counter_get(&fake.loops[0]->counters, COUNTER_TOKENS_REFUSED),
			  4);
}
END_TEST

Suite *
refresh_suite(void)
{
	Suite *s = suite_create("refresh");
	TCase *t = tcase_create("refresh");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, at_its_expiry_a_client_is_told_and_after_the_grace_closed);
	tcase_add_test(t, a_token_for_months_expires_in_months);
	tcase_add_test(t, a_token_without_expiry_stays);
	tcase_add_test(t, a_fresh_token_takes_the_place_of_the_old_one);
	tcase_add_test(t, it_also_saves_one_who_was_told);
	tcase_add_test(t, the_token_of_another_person_is_refused);
	tcase_add_test(t, the_token_of_another_company_or_session_is_refused);
	tcase_add_test(t, a_bad_token_is_refused);
	tcase_add_test(t, bad_tokens_are_counted_and_too_many_are_not_looked_at);
	suite_add_tcase(s, t);
	return s;
}
