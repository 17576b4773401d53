/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/base/suites.h"

static char line[4096];

/* What one line of log looks like on standard error. */
static void catch (const char *why)
{
	int ends[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	log_line(LOG_INFO, "session closed", "why=%s n=%d", why, 7);
	dup2(saved, STDERR_FILENO);
	close(ends[1]);
	n = read(ends[0], line, sizeof(line) - 1);
	line[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	close(saved);
}

START_TEST(an_event_is_one_line)
{
	log_configure(LOG_INFO, false);
	catch (LOG_TEXT(STR("a\nb\"c\x80")));
	ck_assert_ptr_nonnull(
		strstr(line, " info session closed: why=\"a\\x0ab\\x22c\\x80\" n=7\n"));
}
END_TEST

START_TEST(as_json_a_line_is_an_object)
{
	log_configure(LOG_INFO, true);
	catch (LOG_TEXT(STR("a b\n")));
	ck_assert_ptr_nonnull(strstr(line,
				     "\"level\":\"info\",\"event\":\"session "
				     "closed\",\"why\":\"a b\\u000a\",\"n\":\"7\"}\n"));
}
END_TEST

START_TEST(what_is_below_the_level_is_not_said)
{
	log_configure(LOG_WARN, false);
	catch ("x");
	ck_assert_str_eq(line, "");
	log_configure(LOG_OFF, false);
	ck_assert(!log_is_on(LOG_ERROR));
}
END_TEST

START_TEST(long_client_text_is_cut)
{
	char text[1000];
	struct log_text escaped;

	memset(text, 1, sizeof(text));
	escaped = log_escape((struct str){text, sizeof(text)});
	ck_assert_uint_lt(strlen(escaped.text), LOG_TEXT_BYTES);
}
END_TEST

START_TEST(a_throttled_site_speaks_once_a_second)
{
	struct log_throttle t = {0};
	uint64_t held = 99;

	ck_assert(log_may(&t, 1000, &held));
	ck_assert_uint_eq(held, 0);
	for (int i = 0; i < 5; i++)
		ck_assert(!log_may(&t, 1999, &held));
	ck_assert(log_may(&t, 2000, &held));
	ck_assert_uint_eq(held, 5);
}
END_TEST

/* A pipe with no room in it, as standard error. Returns the end to read from. */
static int
stuff_stderr(void)
{
	char zeros[4096] = {0};
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], zeros, sizeof(zeros)) > 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, 0), 0); /* now who writes would wait */
	dup2(ends[1], STDERR_FILENO);
	return ends[0];
}

START_TEST(a_line_that_finds_no_room_is_lost_and_told_later)
{
	int saved = dup(STDERR_FILENO), from = stuff_stderr();
	ssize_t n;

	log_configure(LOG_INFO, false);
	for (int i = 0; i < 3; i++)
		log_line(LOG_INFO, "nobody reads", "%s", "");
	while (read(from, line, sizeof(line)) > 0)
		;
	log_line(LOG_INFO, "somebody reads", "n=%d", 4);
	dup2(saved, STDERR_FILENO);
	n = read(from, line, sizeof(line) - 1);
	ck_assert_int_gt(n, 0);
	line[n] = '\0';
	ck_assert_uint_eq(log_lost_n(), 3);
	ck_assert_ptr_nonnull(strstr(line, " warn lines of the log were lost: n=3\n"));
	ck_assert_ptr_nonnull(strstr(line, " info somebody reads: n=4\n"));
	ck_assert_ptr_null(strstr(line, "nobody"));
}
END_TEST

START_TEST(a_full_disk_harms_nobody)
{
	int saved = dup(STDERR_FILENO), full = open("/dev/full", O_WRONLY);

	ck_assert_int_ge(full, 0);
	log_configure(LOG_INFO, false);
	dup2(full, STDERR_FILENO);
	log_line(LOG_INFO, "disk", "%s", "");
	log_line(LOG_INFO, "disk", "%s", "");
	dup2(saved, STDERR_FILENO);
	ck_assert_uint_eq(log_lost_n(), 2);
	catch ("x");
	ck_assert_ptr_nonnull(strstr(line, "lost: n=2\n"));
}
END_TEST

Suite *
log_suite(void)
{
	Suite *s = suite_create("log");
	TCase *t = tcase_create("log");

	tcase_add_test(t, an_event_is_one_line);
	tcase_add_test(t, as_json_a_line_is_an_object);
	tcase_add_test(t, what_is_below_the_level_is_not_said);
	tcase_add_test(t, long_client_text_is_cut);
	tcase_add_test(t, a_throttled_site_speaks_once_a_second);
	tcase_add_test(t, a_line_that_finds_no_room_is_lost_and_told_later);
	tcase_add_test(t, a_full_disk_harms_nobody);
	suite_add_tcase(s, t);
	return s;
}
