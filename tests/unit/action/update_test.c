/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>

static void
setup(void)
{
	fake_new(NULL, 0);
	fake_open();
	fake_enter(0);
}

static const char message[] =
	"{\"type\":\"UPDATE\",\"requestId\":\"u\",\"action\":\"a\",\"data\":1}";
#define SENT                                                                             \
	"\"{\\\"type\\\":\\\"UPDATE\\\",\\\"requestId\\\":\\\"u\\\",\\\"action\\\":"     \
	"\\\"a\\\","                                                                     \
	"\\\"data\\\":1}\"\n"

START_TEST(a_company_is_told_on_all_its_namespaces)
{
	fake_connect(0, "/company/acme/artifact/a1", ALICE, "sessionId=s1");
	fake_connect(1, "/company/acme/artifact/a1", ALICE, "sessionId=s1");
	fake_enter(0);
	ck_assert_int_eq(tg_send_update(TG("acme"), tg_text(message), TG("")), TG_OK);
	ck_assert_str_eq(fake_broadcasts(),
			 "/ [company:acme] -[] message " SENT
			 "/company/acme [] -[] message " SENT
			 "/company/acme/artifact/a1 [] -[] message " SENT);
}
END_TEST

START_TEST(an_artifact_is_told_where_its_people_are)
{
	ck_assert_int_eq(tg_send_update(TG("acme"), tg_text(message), TG("a1")), TG_OK);
	ck_assert_str_eq(fake_broadcasts(),
			 "/ [company:acme:artifact:a1] -[] message " SENT
			 "/company/acme [company:acme:artifact:a1] -[] message " SENT
			 "/company/acme/artifact/a1 [] -[] message " SENT);
}
END_TEST

START_TEST(a_namespace_that_was_left_is_told_no_more)
{
	fake_disconnect(
		fake_connect(0, "/company/acme/artifact/a1", ALICE, "sessionId=s1"),
		"transport close");
	ck_assert_int_eq(tg_send_update(TG("acme"), tg_text(message), TG("")), TG_OK);
	ck_assert(strstr(fake_broadcasts(), "artifact") == NULL);
}
END_TEST

START_TEST(type_and_request_id_are_filled_in)
{
	const char *sent;

	ck_assert_int_eq(tg_send_update(TG("acme"), TG(" {\"action\":\"a\"} "), TG("")),
			 TG_OK);
	sent = fake_broadcasts();
	ck_assert_msg(
		strstr(sent,
		       "\"{\\\"type\\\":\\\"UPDATE\\\",\\\"requestId\\\":\\\"update-1"
		       "\\\",\\\"action\\\":\\\"a\\\"}\"") != NULL,
		"%s", sent);
	ck_assert_int_eq(tg_send_update(TG("acme"), TG("{}"), TG("")), TG_OK);
	sent = fake_broadcasts();
	ck_assert_msg(
		strstr(sent,
		       "\"{\\\"type\\\":\\\"UPDATE\\\",\\\"requestId\\\":\\\"update-2"
		       "\\\"}\"") != NULL,
		"%s", sent);
	ck_assert_int_eq(tg_send_update(TG("acme"),
					TG("{\"type\":\"NEWS\",\"requestId\":\"x\"}"),
					TG("")),
			 TG_OK);
	ck_assert(strstr(fake_broadcasts(), "message \"{\\\"type\\\":\\\"NEWS\\\"") !=
		  NULL);
}
END_TEST

START_TEST(what_is_no_object_or_for_no_company_is_refused)
{
	ck_assert_int_eq(tg_send_update(TG("acme"), TG("[]"), TG("")), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_send_update(TG("acme"), TG("{"), TG("")), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_send_update(TG(""), TG("{}"), TG("")), TG_E_ARGUMENT);
	ck_assert_str_eq(fake_broadcasts(), "");
}
END_TEST

Suite *
update_suite(void)
{
	Suite *s = suite_create("update");
	TCase *t = tcase_create("update");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, a_company_is_told_on_all_its_namespaces);
	tcase_add_test(t, an_artifact_is_told_where_its_people_are);
	tcase_add_test(t, a_namespace_that_was_left_is_told_no_more);
	tcase_add_test(t, type_and_request_id_are_filled_in);
	tcase_add_test(t, what_is_no_object_or_for_no_company_is_refused);
	suite_add_tcase(s, t);
	return s;
}
