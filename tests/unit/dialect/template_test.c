/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapes: words, members, ids, parts that may be left out. */
#include "dialect/template.h"

#include "unit/dialect/suites.h"

static const struct words words = {
	.event = STR("task.status.changed"),
	.room = STR("channel:4\"5"),
	.user = STR("12"),
	.username = STR("al\"ice"),
	.id = STR("007"),
	.data = STR(
		"{\"a\":{\"b\":[1, 2]},\"n\":null,\"id\":5,\"text\":\"9\",\"x\":\"x\"}"),
	.wall_ms = 1763035200000,
};

static const struct {
	const char *shape, *text;
} rows[] = {
	{"", ""},
	{"{\"a\":1}", "{\"a\":1}"},
	{"$room", "\"channel:4\\\"5\""},
	{"$channel", "\"4\\\"5\""},
	{"\"in $-room!\"", "\"in channel:4\\\"5!\""},
	{"$type $action", "\"task\" \"status.changed\""},
	{"$now", "\"2025-11-13T12:00:00Z\""},
	{"$precisely", "\"2025-11-13T12:00:00.000000Z\""},
	{"$user $#user $@user", "\"12\" 12 \"12\""},
	{"$#id $@id", "\"007\" \"007\""},
	{"$.id $#.id $@.id", "5 5 \"5\""},
	{"$.text $#.text $@.text", "\"9\" 9 \"9\""},
	{"$#.x $@.a", "\"x\" {\"b\":[1, 2]}"},
	{"$.a.b", "[1, 2]"},
	{"$.a.c $.n $sender $nonsense", "null null null null"},
	{"$(.none|sender|.id|user)", "5"},
	{"$(.none|=\"default\")", "\"default\""},
	{"$#(.none|user)", "12"},
	{"a[,$sender]b", "ab"},
	{"a[,$user]b", "a,\"12\"b"},
	{"a[b[$sender]c$user]d", "abc\"12\"d"},
	{"a[b[$user]c$sender]d", "ad"},
	{"\"x[: $-sender]\"", "\"x\""},
	{"$data",
	 "{\"a\":{\"b\":[1, 2]},\"n\":null,\"id\":5,\"text\":\"9\",\"x\":\"x\"}"},
};

START_TEST(a_shape_gives_its_text)
{
	struct buf out = BUF_INIT;

	template_write(rows[_i].shape, &words, &out);
	buf_add_char(&out, '\0');
	ck_assert_str_eq(out.data, rows[_i].text);
	buf_fini(&out);
}
END_TEST

START_TEST(what_stood_before_stays)
{
	struct buf out = BUF_INIT;

	buf_add_str(&out, STR("before"));
	template_write("[$sender]", &words, &out);
	ck_assert(str_eq(buf_str(&out), STR("before")));
	buf_fini(&out);
}
END_TEST

Suite *
template_suite(void)
{
	Suite *suite = suite_create("template");
	TCase *tcase = tcase_create("shapes");

	tcase_add_loop_test(tcase, a_shape_gives_its_text, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, what_stood_before_stays);
	suite_add_tcase(suite, tcase);
	return suite;
}
