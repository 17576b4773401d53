/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/scope.h"
#include "unit/action/suites.h"

START_TEST(namespaces_of_companies_and_artifacts_are_read)
{
	struct scope s;

	ck_assert(scope_of_namespace(STR("/company/acme"), &s));
	ck_assert(str_eq(s.company, STR("acme")));
	ck_assert_uint_eq(s.artifact.len, 0);
	ck_assert(scope_of_namespace(STR("/company/acme/artifact/a 1"), &s));
	ck_assert(str_eq(s.company, STR("acme")));
	ck_assert(str_eq(s.artifact, STR("a 1")));
}
END_TEST

START_TEST(anything_else_is_none)
{
	static const char *const names[] = {
		"",
		"/",
		"/company",
		"/company/",
		"/company//artifact/a",
		"/companyx/a",
		"company/a",
		"/company/a/",
		"/company/a/b",
		"/company/a/artifact",
		"/company/a/artifact/",
		"/company/a/artifact/b/c",
		"/company/a/artifacts/b",
		"/COMPANY/a",
	};
	struct scope s;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(!scope_of_namespace(str_from(names[i]), &s), "%s",
			      names[i]);
}
END_TEST

START_TEST(names_are_written)
{
	struct scope company = {STR("c"), {NULL, 0}}, artifact = {STR("c"), STR("a")};
	struct buf b = BUF_INIT;

	scope_room(&b, &company);
	buf_add_char(&b, ' ');
	scope_room(&b, &artifact);
	buf_add_char(&b, ' ');
	scope_namespace(&b, &company);
	buf_add_char(&b, ' ');
	scope_namespace(&b, &artifact);
	ck_assert(str_eq(buf_str(&b), STR("company:c company:c:artifact:a /company/c "
					  "/company/c/artifact/a")));
	buf_fini(&b);
}
END_TEST

START_TEST(an_artifact_namespace_is_known_while_it_has_clients)
{
	struct scopes s;
	struct buf names = BUF_INIT;

	scopes_init(&s);
	ck_assert_int_eq(scopes_enter(&s, STR("/company/c/artifact/a")), 0);
	ck_assert_int_eq(scopes_enter(&s, STR("/company/c/artifact/a")), 0);
	ck_assert_int_eq(scopes_enter(&s, STR("/company/d/artifact/a")), 0);
	ck_assert_int_eq(scopes_enter(&s, STR("/company/c")), 0);
	ck_assert_int_eq(scopes_enter(&s, STR("/")), 0);
	scopes_leave(&s, STR("/company/c/artifact/a"));
	scopes_of_company(&s, STR("c"), &names);
	ck_assert(str_eq(buf_str(&names), STR("/company/c/artifact/a\0")));
	scopes_leave(&s, STR("/company/c/artifact/a"));
	scopes_leave(&s, STR("/company/c/artifact/a"));
	buf_clear(&names);
	scopes_of_company(&s, STR("c"), &names);
	ck_assert_uint_eq(names.len, 0);
	ck_assert_uint_eq(s.companies.n, 1);
	buf_fini(&names);
	scopes_fini(&s);
}
END_TEST

Suite *
scope_suite(void)
{
	Suite *s = suite_create("scope");
	TCase *t = tcase_create("scope");

	tcase_add_test(t, namespaces_of_companies_and_artifacts_are_read);
	tcase_add_test(t, anything_else_is_none);
	tcase_add_test(t, names_are_written);
	tcase_add_test(t, an_artifact_namespace_is_known_while_it_has_clients);
	suite_add_tcase(s, t);
	return s;
}
