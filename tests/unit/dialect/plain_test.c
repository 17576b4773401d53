/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of clients as verbs: those of the documents, and every kind of bad one. */
#include "dialect/plain.h"

#include "unit/dialect/suites.h"

#include <stdlib.h>

static const struct json_limits limits = {.depth = 16, .values = 100};

static const struct {
	const struct dialect *dialect;
	const char *text;
	enum verb_kind kind;
	enum verb_slot slot;
	const char *value; /* of the slot; NULL: not looked at */
} good[] = {
	{&dialect_schedule,
	 "{\"type\":\"subscription\",\"action\":\"subscribe\",\"data\":{\"events\":["
	 "\"schedule\"],"
	 "\"filters\":{\"employee_id\":45,\"date_range\":{\"start\":\"2024-01-15\","
	 "\"end\":\"2024-01-22\"}}}}",
	 VERB_SUBSCRIBE, SLOT_END, "\"2024-01-22\""},
	{&dialect_schedule,
	 "{\"type\":\"subscription\",\"action\":\"unsubscribe\",\"data\":{\"events\":["
	 "\"a\"]}}",
	 VERB_UNSUBSCRIBE, SLOT_NAMES, "[\"a\"]"},
	{&dialect_schedule, "{\"type\":\"ping\",\"timestamp\":\"x\"}", VERB_PING, SLOT_N,
	 NULL},
	{&dialect_rooms, " {\"room\":\"channel:1\",\"type\":\"join_room\"} ", VERB_JOIN,
	 SLOT_ROOM, "\"channel:1\""},
	{&dialect_rooms,
	 "{\"type\":\"send_message\",\"room\":\"r\",\"data\":{\"content\":\"c\"}}",
	 VERB_SAY, SLOT_CONTENT, "\"c\""},
	{&dialect_topics, "{\"type\":\"mark_read\",\"data\":{\"notificationId\":7}}",
	 VERB_READ, SLOT_ID, "7"},
	{&dialect_topics, "{\"type\":\"subscribe\",\"data\":{\"userId\":123}}",
	 VERB_SUBSCRIBE, SLOT_USER, "123"},
	{&dialect_channels, "{\"type\":\"join_channel\",\"channel_id\":456}", VERB_JOIN,
	 SLOT_ROOM, "456"},
	{&dialect_channels,
	 "{\"type\":\"typing_indicator\",\"channel_id\":\"c\",\"is_typing\":false}",
	 VERB_TYPING, SLOT_FLAG, "false"},
};

START_TEST(a_message_of_the_documents_is_a_verb)
{
	struct verb v;

	ck_assert_int_eq(
		plain_read(good[_i].dialect, str_from(good[_i].text), &limits, &v), 0);
	ck_assert_int_eq(v.kind, good[_i].kind);
	ck_assert_ptr_null(v.where);
	if (good[_i].value)
		ck_assert(str_eq(v.slots[good[_i].slot], str_from(good[_i].value)));
}
END_TEST

START_TEST(a_message_that_was_cut_is_an_error_wherever)
{
	struct str text = str_trim(str_from(good[_i].text));

	for (size_t n = 0; n < text.len; n++) {
		char *copy = str_dup((struct str){text.ptr, n});
		struct verb v;

		ck_assert_ptr_nonnull(copy);
		ck_assert_int_eq(
			plain_read(good[_i].dialect, (struct str){copy, n}, &limits, &v),
			-E_JSON_SYNTAX);
		free(copy);
	}
}
END_TEST

static const struct {
	const struct dialect *dialect;
	const char *text;
	int error;
	const char *where;
} bad[] = {
	{&dialect_rooms, "", -E_JSON_SYNTAX, NULL},
	{&dialect_rooms, "{\"type\":\"ping\"}x", -E_JSON_SYNTAX, NULL},
	{&dialect_rooms, "\xff", -E_JSON_SYNTAX, NULL},
	{&dialect_rooms, "{\"type\":\"pi\xff\"}", -E_JSON_SYNTAX, NULL},
	{&dialect_rooms, "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", -E_JSON_SYNTAX, NULL},
	{&dialect_rooms, "5", -E_INVALID_MESSAGE, "type"},
	{&dialect_rooms, "null", -E_INVALID_MESSAGE, "type"},
	{&dialect_rooms, "{}", -E_INVALID_MESSAGE, "type"},
	{&dialect_rooms, "{\"type\":5}", -E_INVALID_MESSAGE, "type"},
	{&dialect_rooms, "{\"type\":\"\"}", -E_UNKNOWN_TYPE, "type"},
	{&dialect_rooms, "{\"type\":\"join_room\"}", -E_ROOM_REQUIRED, "room"},
	{&dialect_rooms, "{\"type\":\"join_room\",\"room\":\"\"}", -E_INVALID_MESSAGE,
	 "room"},
	{&dialect_rooms, "{\"type\":\"join_room\",\"room\":[\"a\"]}", -E_INVALID_MESSAGE,
	 "room"},
	{&dialect_rooms, "{\"type\":\"send_message\",\"room\":\"r\",\"data\":{}}",
	 -E_INVALID_MESSAGE, "data.content"},
	{&dialect_rooms, "{\"type\":\"send_message\",\"room\":\"r\",\"data\":[1]}",
	 -E_INVALID_MESSAGE, "data"},
	{&dialect_schedule, "{\"type\":\"subscription\"}", -E_INVALID_MESSAGE, "action"},
	{&dialect_schedule, "{\"type\":\"subscription\",\"action\":7}",
	 -E_INVALID_MESSAGE, "action"},
	{&dialect_schedule,
	 "{\"type\":\"subscription\",\"action\":\"subscribe\",\"data\":{\"events\":[[]]}"
	 "}",
	 -E_INVALID_MESSAGE, "data.events"},
	{&dialect_schedule,
	 "{\"type\":\"subscription\",\"action\":\"subscribe\",\"data\":{\"events\":["
	 "\"a\"],"
	 "\"filters\":{\"date_range\":{\"start\":\"2024-1-15\"}}}}",
	 -E_INVALID_MESSAGE, "data.filters.date_range.start"},
	{&dialect_channels, "{\"type\":\"join_channel\"}", -E_ROOM_REQUIRED,
	 "channel_id"},
	{&dialect_channels, "{\"type\":\"join_channel\",\"channel_id\":1.5}",
	 -E_INVALID_MESSAGE, "channel_id"},
	{&dialect_channels,
	 "{\"type\":\"typing_indicator\",\"channel_id\":1,\"is_typing\":1}",
	 -E_INVALID_MESSAGE, "is_typing"},
	{&dialect_topics, "{\"type\":\"subscribe\",\"data\":{\"userId\":true}}",
	 -E_INVALID_MESSAGE, "data.userId"},
};

START_TEST(a_bad_message_is_told_with_the_member_that_is_wrong)
{
	struct verb v;

	ck_assert_int_eq(plain_read(bad[_i].dialect, str_from(bad[_i].text), &limits, &v),
			 bad[_i].error);
	if (bad[_i].where)
		ck_assert_str_eq(v.where, bad[_i].where);
	else
		ck_assert_ptr_null(v.where);
}
END_TEST

START_TEST(ids_are_texts_whether_they_came_as_numbers_or_strings)
{
	struct arena a = ARENA_INIT;
	struct verb v;

	ck_assert_int_eq(
		plain_read(
			&dialect_channels,
			STR("{\"type\":\"join_channel\",\"channel_id\":\"a\\u0062\\n\"}"),
			&limits, &v),
		0);
	ck_assert(str_eq(plain_text(&v, SLOT_ROOM, &a), STR("ab\n")));
	ck_assert_uint_eq(plain_text(&v, SLOT_TOKEN, &a).len, 0);
	ck_assert_int_eq(plain_read(&dialect_channels,
				    STR("{\"type\":\"join_channel\",\"channel_id\":-12}"),
				    &limits, &v),
			 0);
	ck_assert(str_eq(plain_text(&v, SLOT_ROOM, &a), STR("-12")));
	arena_fini(&a);
}
END_TEST

Suite *
plain_suite(void)
{
	Suite *suite = suite_create("plain");
	TCase *tcase = tcase_create("reading");

	tcase_add_loop_test(tcase, a_message_of_the_documents_is_a_verb, 0,
			    sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tcase, a_message_that_was_cut_is_an_error_wherever, 0,
			    sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tcase, a_bad_message_is_told_with_the_member_that_is_wrong, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, ids_are_texts_whether_they_came_as_numbers_or_strings);
	suite_add_tcase(suite, tcase);
	return suite;
}
