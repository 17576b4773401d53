/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/notify_db.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/admin/suites.h"

static const struct notify_bounds bounds = {.user_n = 3, .total_n = 5, .keep_ms = 1000};

static struct notify_db *
open_db(const char *file)
{
	struct buf errors = BUF_INIT;
	struct notify_db *db;

	ck_assert_msg(notify_db_open(file, &bounds, &db, &errors) == 0, "%.*s",
		      STR_ARG(buf_str(&errors)));
	buf_fini(&errors);
	return db;
}

static int64_t
add(struct notify_db *db, const char *user, const char *title, int64_t now_ms)
{
	struct notification what = {.user = str_from(user),
				    .title = str_from(title),
				    .message = STR("text"),
				    .metadata = STR("{\"a\":[1]}")};
	struct buf json = BUF_INIT;
	int64_t id;

	ck_assert_int_eq(notify_db_begin(db), 0);
	ck_assert_int_eq(notify_db_add(db, &what, now_ms, &id, &json), 0);
	ck_assert_int_eq(notify_db_commit(db), 0);
	ck_assert_ptr_nonnull(
		memmem(json.data, json.len, "\"metadata\":{\"a\":[1]}", 20));
	buf_fini(&json);
	return id;
}

/* How many unread ones a page of the user's holds. */
static int
count(struct notify_db *db, const char *user, bool unread_only, int64_t now_ms)
{
	struct notify_page page = {
		.user = str_from(user), .limit = 100, .unread_only = unread_only};
	struct buf json = BUF_INIT;
	int n = 0;

	ck_assert_int_eq(notify_db_list(db, &page, now_ms, &json), 0);
	buf_add_char(&json, '\0');
	for (const char *at = json.data; (at = strstr(at, "\"title\"")); at++)
		n++;
	buf_fini(&json);
	return n;
}

START_TEST(reading_is_remembered_and_harmless_twice)
{
	struct notify_db *db = open_db("");
	int64_t id = add(db, "45", "one", 10);
	struct buf json = BUF_INIT;
	bool is_changed;

	add(db, "45", "two", 11);
	ck_assert_int_eq(count(db, "45", true, 12), 2);
	ck_assert_int_eq(notify_db_mark_read(db, STR("45"), id, 12, &is_changed, &json),
			 0);
	ck_assert(is_changed);
	ck_assert_int_eq(notify_db_mark_read(db, STR("45"), id, 13, &is_changed, &json),
			 0);
	ck_assert(!is_changed);
	ck_assert_int_eq(count(db, "45", true, 13), 1);
	ck_assert_int_eq(count(db, "45", false, 13), 2);
	buf_fini(&json);
	notify_db_close(db);
}
END_TEST

START_TEST(nobody_reads_what_is_another_users)
{
	struct notify_db *db = open_db("");
	int64_t id = add(db, "45", "one", 10);
	struct buf json = BUF_INIT;
	bool is_changed;

	ck_assert_int_eq(notify_db_mark_read(db, STR("46"), id, 11, &is_changed, &json),
			 -E_NOT_FOUND);
	ck_assert_int_eq(
		notify_db_mark_read(db, STR("45"), id + 1, 11, &is_changed, &json),
		-E_NOT_FOUND);
	ck_assert_int_eq(count(db, "46", false, 11), 0);
	buf_fini(&json);
	notify_db_close(db);
}
END_TEST

START_TEST(texts_are_data_and_not_sql)
{
	struct notify_db *db = open_db("");

	add(db, "x'; DROP TABLE notifications; --", "\"quoted\" \n", 10);
	ck_assert_int_eq(count(db, "x'; DROP TABLE notifications; --", false, 11), 1);
	notify_db_close(db);
}
END_TEST

START_TEST(the_bounds_hold_after_a_trim)
{
	struct notify_db *db = open_db("");

	for (int i = 0; i < 4; i++)
		add(db, "45", "t", 10 + i);
	for (int i = 0; i < 3; i++)
		add(db, "46", "t", 20 + i);
	ck_assert_int_eq(notify_db_trim(db, 30), 0);
	ck_assert_int_le(count(db, "45", false, 30), 3);
	ck_assert_int_le(count(db, "45", false, 30) + count(db, "46", false, 30), 5);
	ck_assert_int_eq(count(db, "46", false, 30), 3);
	ck_assert_int_eq(notify_db_trim(db, 5000), 0);
	ck_assert_int_eq(count(db, "46", false, 5000), 0);
	notify_db_close(db);
}
END_TEST

START_TEST(what_was_committed_survives_the_process)
{
	char file[] = "notify-test-XXXXXX", other[sizeof(file) + 8];
	struct notify_db *db;
	int fd = mkstemp(file), status;

	ck_assert_int_ge(fd, 0);
	close(fd);
	if (fork() == 0) {
		db = open_db(file);
		add(db, "45", "kept", 10);
		_exit(7); /* as good as kill -9: nothing is closed */
	}
	wait(&status);
	ck_assert_int_eq(WEXITSTATUS(status), 7);
	db = open_db(file);
	ck_assert_int_eq(count(db, "45", true, 11), 1);
	notify_db_close(db);
	unlink(file);
	snprintf(other, sizeof(other), "%s-wal", file);
	unlink(other);
	snprintf(other, sizeof(other), "%s-shm", file);
	unlink(other);
}
END_TEST

/* No file may grow beyond so many bytes: to SQLite that is a disk without room. */
static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_full_disk_is_told_and_once_there_is_room_all_is_well)
{
	char folder[] = "/tmp/tidegate-notify-XXXXXX", file[64], log[80];
	struct notification what = {.user = STR("ann"), .title = STR("lost")};
	struct buf json = BUF_INIT;
	struct notify_db *db;
	int64_t id;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/n.db", folder);
	snprintf(log, sizeof(log), "%s-wal", file);
	db = open_db(file);
	add(db, "ann", "kept", 0);
	limit_files(1);
	ck_assert_int_eq(notify_db_begin(db), 0);
	ck_assert_int_eq(notify_db_add(db, &what, 0, &id, &json), 0);
	ck_assert_int_eq(notify_db_commit(db), -E_STORE);
	ck_assert_str_ne(notify_db_why(db), "");
	ck_assert_int_eq(count(db, "ann", false, 0), 1);
	limit_files(RLIM_INFINITY);
	add(db, "ann", "new", 0);
	ck_assert_int_eq(count(db, "ann", false, 0), 2);
	notify_db_close(db);
	db = open_db(file);
	ck_assert_int_eq(count(db, "ann", false, 0), 2);
	notify_db_close(db);
	unlink(log);
	unlink(file);
	rmdir(folder);
	buf_fini(&json);
}
END_TEST

Suite *
notify_db_suite(void)
{
	Suite *s = suite_create("notify_db");
	TCase *t = tcase_create("notify_db");

	tcase_add_test(t, reading_is_remembered_and_harmless_twice);
	tcase_add_test(t, nobody_reads_what_is_another_users);
	tcase_add_test(t, texts_are_data_and_not_sql);
	tcase_add_test(t, the_bounds_hold_after_a_trim);
	tcase_add_test(t, what_was_committed_survives_the_process);
	tcase_add_test(t, a_full_disk_is_told_and_once_there_is_room_all_is_well);
	suite_add_tcase(s, t);
	return s;
}
