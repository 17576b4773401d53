/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What claims allow: a table of tokens and rooms. */
#include "hub/permit.h"

#include "unit/hub/suites.h"

static char *const names[CLAIM_N] = {"sub",      "username",  "email",  "companyId",
				     "sid",      "artifacts", "roles",  "permissions",
				     "channels", "rooms",     "events", "topics"};

static const struct {
	const char *claims, *room;
	bool may;
} rows[] = {
	{"{}", "channel:1", false},
	{"{\"channels\":[\"1\"]}", "channel:1", true},
	{"{\"channels\":[1]}", "channel:1", true},
	{"{\"channels\":[\"1\"]}", "channel:11", false},
	{"{\"channels\":[\"1\"]}", "task:1", false},
	{"{\"channels\":[\"*\"]}", "channel:9", true},
	{"{\"rooms\":[\"project:123\"]}", "project:123", true},
	{"{\"rooms\":[\"project:123\"]}", "project:12", false},
	{"{\"rooms\":[\"channel:*\"]}", "channel:7", true},
	{"{\"rooms\":[\"channel:*\"]}", "channels:7", false},
	{"{\"rooms\":[\"*\"]}", "task:9", true},
	{"{\"rooms\":[\"*\"]}", "user:9", false},
	{"{\"rooms\":[\"user:9\"],\"sub\":\"9\"}", "user:9", false},
	{"{\"topics\":[\"a\"]}", "topic:a", true},
	{"{\"topics\":[\"a\"]}", "event:a", false},
	{"{\"events\":[\"schedule\"]}", "event:schedule", true},
	{"{\"companyId\":\"c\"}", "company:c", true},
	{"{\"companyId\":\"c\",\"rooms\":[\"*\"]}", "company:d", false},
	{"{\"companyId\":\"c\",\"artifacts\":[\"a\"]}", "company:c:artifact:a", true},
	{"{\"companyId\":\"c\",\"artifacts\":[\"a\"]}", "company:c:artifact:b", false},
	{"{\"companyId\":\"c\",\"artifacts\":[\"a\"]}", "company:d:artifact:a", false},
	{"{\"companyId\":\"c\"}", "company:c:staff", false},
};

START_TEST(the_claims_decide)
{
	struct identity *who;

	ck_assert_int_eq(identity_new(str_from(rows[_i].claims), names, &who), 0);
	ck_assert_int_eq(permit_room(who, str_from(rows[_i].room)), rows[_i].may);
	identity_unref(who);
}
END_TEST

START_TEST(rooms_that_only_carry_messages_have_no_people)
{
	ck_assert(permit_is_peopled(STR("channel:1")));
	ck_assert(permit_is_peopled(STR("lobby")));
	ck_assert(!permit_is_peopled(STR("user:1")));
	ck_assert(!permit_is_peopled(STR("company:1")));
	ck_assert(!permit_is_peopled(STR("topic:1")));
	ck_assert(!permit_is_peopled(STR("event:1")));
	ck_assert(permit_is_closed(STR("user:1")));
	ck_assert(!permit_is_closed(STR("channel:1")));
}
END_TEST

Suite *
permit_suite(void)
{
	Suite *suite = suite_create("permit");
	TCase *tcase = tcase_create("claims");

	tcase_add_loop_test(tcase, the_claims_decide, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, rooms_that_only_carry_messages_have_no_people);
	suite_add_tcase(suite, tcase);
	return suite;
}
