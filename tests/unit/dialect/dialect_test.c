/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables together: every row is sound, and a further dialect is one more table. */
#include "dialect/plain.h"

#include "unit/dialect/suites.h"

static const struct dialect *const all[] = {
	&dialect_schedule, &dialect_rooms,     &dialect_topics,
	&dialect_channels, &dialect_undecided,
};
enum { ALL_N = sizeof(all) / sizeof(all[0]) };

static const struct json_limits limits = {.depth = 64, .values = 1000};

/* --- a dialect that is only here --------------------------------------------------------- */

static const struct verb_row pager_verbs[] = {
	{"page",
	 NULL,
	 VERB_SAY,
	 true,
	 {{"to", SLOT_ROOM, IS_TEXT, true, E_ROOM_REQUIRED},
	  {"text", SLOT_CONTENT, IS_TEXT, true, 0}}},
	{0},
};
static const struct event_row pager_events[] = {
	{"message", "{\"page\":$.content,\"from\":$#user}"},
	{NULL, NULL},
};
static const struct fault_row pager_faults[] = {
	{E_INTERNAL_ERROR, VERB_ANY, "E0", "broken", NULL, NULL, 0},
	{E_ROOM_REQUIRED, VERB_ANY, "E1", "to whom?", NULL, NULL, 4001},
	{0, VERB_ANY, NULL, NULL, NULL, NULL, 0},
};
static const struct dialect dialect_pager = {
	.name = "pager",
	.prefix = "pager:",
	.general = "{\"event\":$event,\"data\":$data}",
	.error = "{\"error\":$code,\"message\":$message}",
	.verbs = pager_verbs,
	.events = pager_events,
	.faults = pager_faults,
	.replies = {[REPLY_PONG] = "{\"pong\":$now}"},
};

static void
assert_text(struct buf *out, const char *text)
{
	buf_add_char(out, '\0');
	ck_assert_str_eq(out->data, text);
	buf_fini(out);
}

START_TEST(a_further_dialect_is_one_table)
{
	struct words words = {.event = STR("message"),
			      .user = STR("7"),
			      .data = STR("{\"content\":\"hi\"}")};
	struct buf out = BUF_INIT;
	struct verb v;

	ck_assert_int_eq(
		plain_read(&dialect_pager,
			   STR("{\"type\":\"page\",\"to\":\"x\",\"text\":\"y\"}"),
			   &limits, &v),
		0);
	ck_assert_int_eq(v.kind, VERB_SAY);
	ck_assert(str_eq(v.slots[SLOT_CONTENT], STR("\"y\"")));
	ck_assert_int_eq(
		plain_read(&dialect_pager, STR("{\"type\":\"page\"}"), &limits, &v),
		-E_ROOM_REQUIRED);
	plain_write_event(&dialect_pager, &words, &out);
	assert_text(&out, "{\"page\":\"hi\",\"from\":7}");
	words.event = STR("other");
	plain_write_event(&dialect_pager, &words, &out);
	assert_text(&out, "{\"event\":\"other\",\"data\":{\"content\":\"hi\"}}");
	ck_assert_int_eq(plain_write_error(&dialect_pager, -E_ROOM_REQUIRED, VERB_SAY,
					   &words, &out),
			 4001);
	assert_text(&out, "{\"error\":\"E1\",\"message\":\"to whom?\"}");
	ck_assert_int_eq(
		plain_write_error(&dialect_pager, -E_NOMEM, VERB_SAY, &words, &out), 0);
	assert_text(&out, "{\"error\":\"E0\",\"message\":\"broken\"}");
	ck_assert(!plain_write_reply(&dialect_pager, REPLY_WELCOME, &words, &out));
	dialect_room(&dialect_pager, STR("x"), &out);
	assert_text(&out, "pager:x");
}
END_TEST

/* --- those that are there ---------------------------------------------------------------- */

static const struct words sparse = {.event = STR("some.event"), .wall_ms = 0};
static const struct words full = {
	.event = STR("some.event"),
	.room = STR("channel:\"1"),
	.user = STR("\"u"),
	.username = STR("\\n"),
	.email = STR("e"),
	.sender = STR("s\n"),
	.id = STR("i"),
	.data = STR("{\"content\":\"\\u0000\",\"user\":{\"id\":1},\"id\":{}}"),
	.code = STR("c"),
	.message = STR("m"),
	.where = STR("w"),
	.names = STR("[\"n\"]"),
	.allowed = STR("[]"),
	.users = STR("[]"),
	.until = STR("null"),
};

static void
assert_json(const struct dialect *d, const char *what, struct buf *out)
{
	ck_assert_msg(!out->failed && json_check(buf_str(out), &limits, NULL) == 0,
		      "%s: %s gives %.*s", d->name, what, STR_ARG(buf_str(out)));
	buf_fini(out);
}

START_TEST(every_shape_is_json_whatever_words_there_are)
{
	const struct dialect *d = all[_i];
	struct buf out = BUF_INIT;

	for (int i = 0; i < 2; i++) {
		struct words words = i ? full : sparse;

		plain_write_event(d, &words, &out);
		assert_json(d, "general", &out);
		for (const struct event_row *row = d->events; row->name; row++) {
			words.event = str_from(row->name);
			plain_write_event(d, &words, &out);
			assert_json(d, row->name, &out);
		}
		for (int r = 0; r < REPLY_N; r++)
			if (plain_write_reply(d, (enum reply)r,
					      i ? &full
						: &(struct words){.names = STR("[]"),
								  .users = STR("[]")},
					      &out))
				assert_json(d, "reply", &out);
		for (int e = 1; e < E_N; e++)
			for (int v = VERB_ANY; v <= VERB_READ; v++) {
				plain_write_error(d, -e, (enum verb_kind)v,
						  i ? &full : &sparse, &out);
				assert_json(d, error_name(e), &out);
			}
	}
}
END_TEST

START_TEST(every_dialect_has_words_for_what_can_happen)
{
	static const int errors[] = {
		E_JSON_SYNTAX,   E_WS_DATA,      E_INVALID_TOKEN,
		E_TOKEN_EXPIRED, E_RATE_LIMITED, E_TOO_MANY_CONNECTIONS,
		E_IDLE,          E_UNKNOWN_TYPE, E_INVALID_MESSAGE,
		E_INTERNAL_ERROR};
	const struct dialect *d = all[_i];

	for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++) {
		bool has = false;

		for (const struct fault_row *row = d->faults; row->error; row++)
			has |= row->error == errors[e];
		ck_assert_msg(has, "%s: %s", d->name, error_name(errors[e]));
	}
}
END_TEST

START_TEST(only_one_dialect_is_decided_by_a_type)
{
	for (int i = 0; i < ALL_N; i++)
		for (const struct verb_row *row = all[i]->verbs; row->type; row++)
			for (int j = 0; row->decides && j < ALL_N; j++)
				for (const struct verb_row *other = all[j]->verbs;
				     other->type; other++)
					ck_assert_msg(i == j || !other->decides ||
							      strcmp(row->type,
								     other->type) != 0,
						      "%s: %s and %s", row->type,
						      all[i]->name, all[j]->name);
}
END_TEST

static const struct {
	const char *type;
	const struct dialect *dialect;
} deciding[] = {
	{"\"subscription\"", &dialect_schedule},
	{"\"join_channel\"", &dialect_channels},
	{"\"leave_channel\"", &dialect_channels},
	{"\"typing_indicator\"", &dialect_channels},
	{"\"get_online_users\"", &dialect_channels},
	{"\"subscribe\"", &dialect_topics},
	{"\"unsubscribe\"", &dialect_topics},
	{"\"mark_read\"", &dialect_topics},
	{"\"pong\"", &dialect_topics},
	{"\"join_room\"", &dialect_rooms},
	{"\"leave_room\"", &dialect_rooms},
	{"\"send_message\"", &dialect_rooms},
	{"\"ping\"", NULL},
	{"\"auth\"", NULL},
	{"\"dance\"", NULL},
	{"\"join\\u005froom\"", &dialect_rooms},
};

START_TEST(the_type_of_the_first_message_decides)
{
	ck_assert_ptr_eq(dialect_deciding(str_from(deciding[_i].type)),
			 deciding[_i].dialect);
}
END_TEST

START_TEST(a_dialect_is_found_by_number_and_name)
{
	ck_assert_ptr_eq(dialect_of(DIALECT_ROOMS), &dialect_rooms);
	ck_assert_ptr_eq(dialect_of(DIALECT_UNDECIDED), &dialect_undecided);
	ck_assert_ptr_null(dialect_of(DIALECT_ACTIONS));
	ck_assert_ptr_eq(dialect_named(STR("topics")), &dialect_topics);
	ck_assert_ptr_null(dialect_named(STR("undecided")));
	ck_assert_ptr_null(dialect_named(STR("")));
}
END_TEST

START_TEST(schedule_gives_its_own_events_to_subscribers_only)
{
	struct str type;

	ck_assert(dialect_filters(&dialect_schedule, STR("schedule.created"), &type));
	ck_assert(str_eq(type, STR("schedule")));
	ck_assert(dialect_filters(&dialect_schedule, STR("presence"), &type));
	ck_assert(!dialect_filters(&dialect_schedule, STR("system.broadcast"), &type));
	ck_assert(!dialect_filters(&dialect_schedule, STR("task.created"), &type));
	ck_assert(!dialect_filters(&dialect_rooms, STR("schedule.created"), &type));
}
END_TEST

Suite *
dialect_suite(void)
{
	Suite *suite = suite_create("dialect");
	TCase *tcase = tcase_create("tables");

	tcase_add_test(tcase, a_further_dialect_is_one_table);
	tcase_add_loop_test(tcase, every_shape_is_json_whatever_words_there_are, 0,
			    ALL_N);
	tcase_add_loop_test(tcase, every_dialect_has_words_for_what_can_happen, 0, ALL_N);
	tcase_add_test(tcase, only_one_dialect_is_decided_by_a_type);
	tcase_add_loop_test(tcase, the_type_of_the_first_message_decides, 0,
			    sizeof(deciding) / sizeof(deciding[0]));
	tcase_add_test(tcase, a_dialect_is_found_by_number_and_name);
	tcase_add_test(tcase, schedule_gives_its_own_events_to_subscribers_only);
	suite_add_tcase(suite, tcase);
	return suite;
}
