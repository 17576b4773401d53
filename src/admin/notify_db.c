/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/notify_db.h"

#include "base/clock.h"
#include "proto/json.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TRIM_N = 1000, BUSY_MS = 5000 };

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	ADD,
	GET,
	LIST,
	READ,
	TRIM_USER,
	TRIM_AGE,
	TRIM_COUNT,
	STATEMENTS_N
};

#define COLUMNS                                                                          \
	"id, user, title, message, category, priority, link, metadata, created_ms, "     \
	"read_ms"

/* Ids grow with time, so the oldest rows are those with the smallest ids. */
static const char *const texts[STATEMENTS_N] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[ADD] = "INSERT INTO notification (user, title, message, category, priority,"
		" link, metadata, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[GET] = "SELECT " COLUMNS " FROM notification"
		" WHERE id = ?1 AND user = ?2 AND created_ms >= ?3",
	[LIST] = "SELECT " COLUMNS " FROM notification"
		 " WHERE user = ?1 AND id < ?2 AND created_ms >= ?3"
		 " AND (?4 = 0 OR read_ms IS NULL) ORDER BY id DESC LIMIT ?5",
	[READ] = "UPDATE notification SET read_ms = ?3"
		 " WHERE id = ?1 AND user = ?2 AND read_ms IS NULL",
	[TRIM_USER] = "DELETE FROM notification WHERE user = ?1 AND id <= (SELECT id FROM"
		      " notification WHERE user = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
	[TRIM_AGE] = "DELETE FROM notification WHERE created_ms < ?1 AND id IN"
		     " (SELECT id FROM notification ORDER BY id LIMIT ?2)",
	[TRIM_COUNT] = "DELETE FROM notification WHERE id IN"
		       " (SELECT id FROM notification ORDER BY id LIMIT ?1)",
};

static const char schema[] =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	"CREATE TABLE IF NOT EXISTS notification (id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" user TEXT NOT NULL, title TEXT NOT NULL, message TEXT NOT NULL,"
	" category TEXT NOT NULL, priority TEXT NOT NULL, link TEXT NOT NULL,"
	" metadata TEXT NOT NULL,"
	" created_ms INTEGER NOT NULL, read_ms INTEGER) STRICT;"
	"CREATE INDEX IF NOT EXISTS notification_user ON notification (user, id);"
	"CREATE INDEX IF NOT EXISTS notification_unread ON notification (user, id)"
	" WHERE read_ms IS NULL;";

struct notify_db {
	sqlite3 *handle;
	sqlite3_stmt *statements[STATEMENTS_N];
	struct notify_bounds bounds;
	int64_t rows_n;
	char why[128]; /* the last failure */
};

/* --- statements --------------------------------------------------------------------------- */

static void
bind_text(sqlite3_stmt *s, int at, struct str text)
{
	sqlite3_bind_text64(s, at, text.len ? text.ptr : "", text.len, SQLITE_STATIC,
			    SQLITE_UTF8);
}

/* Remember why before another statement does. */
static int
fail(struct notify_db *db)
{
	snprintf(db->why, sizeof(db->why), "%s", sqlite3_errmsg(db->handle));
	return -E_STORE;
}

/* A statement without rows. Parameters are forgotten. */
static int
run(struct notify_db *db, enum statement which)
{
	sqlite3_stmt *s = db->statements[which];
	int error = sqlite3_step(s) == SQLITE_DONE ? 0 : fail(db);

	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return error;
}

static int64_t
count_rows(struct notify_db *db)
{
	sqlite3_stmt *s;
	int64_t n = 0;

	if (sqlite3_prepare_v2(db->handle, "SELECT count(*) FROM notification", -1, &s,
			       NULL))
		return 0;
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* SQLite would let everybody read it; its journals take the rights of the file. */
static void
make_private(const char *file)
{
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		close(fd); /* what is wrong with it SQLite says better */
}

int
notify_db_open(const char *file, const struct notify_bounds *bounds,
	       struct notify_db **out, struct buf *errors)
{
	struct notify_db *db = calloc(1, sizeof(*db));
	int rc;

	if (!db)
		return -E_NOMEM;
	db->bounds = *bounds;
	if (*file)
		make_private(file);
	rc = sqlite3_open(*file ? file : ":memory:", &db->handle);
	if (!rc)
		rc = sqlite3_busy_timeout(db->handle, BUSY_MS);
	if (!rc)
		rc = sqlite3_exec(db->handle, schema, NULL, NULL, NULL);
	for (int i = 0; !rc && i < STATEMENTS_N; i++)
		rc = sqlite3_prepare_v3(db->handle, texts[i], -1,
					SQLITE_PREPARE_PERSISTENT, &db->statements[i],
					NULL);
	if (rc) {
		buf_printf(errors, "notifications.file: %s: %s\n", file,
			   db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc));
		notify_db_close(db);
		return -E_SYSTEM;
	}
	db->rows_n = count_rows(db);
	*out = db;
	return 0;
}

void
notify_db_close(struct notify_db *db)
{
	if (!db)
		return;
	for (int i = 0; i < STATEMENTS_N; i++)
		sqlite3_finalize(db->statements[i]);
	sqlite3_close(db->handle);
	free(db);
}

const char *
notify_db_why(const struct notify_db *db)
{
	return db->why;
}

int
notify_db_begin(struct notify_db *db)
{
	return run(db, BEGIN);
}

int
notify_db_commit(struct notify_db *db)
{
	int error = run(db, COMMIT);

	if (error)
		notify_db_undo(db);
	return error;
}

void
notify_db_undo(struct notify_db *db)
{
	if (!sqlite3_get_autocommit(db->handle)) {
		(void)sqlite3_step(db->statements[ROLLBACK]);
		sqlite3_reset(db->statements[ROLLBACK]);
	}
	db->rows_n = count_rows(db);
}

/* --- rows --------------------------------------------------------------------------------- */

static struct str
column(sqlite3_stmt *s, int at)
{
	const void *text = sqlite3_column_text(s, at);

	return (struct str){text, (size_t)sqlite3_column_bytes(s, at)};
}

static void
write_row(sqlite3_stmt *s, struct buf *out)
{
	static const char *const names[] = {"user",     "title",    "message",
					    "category", "priority", "link"};
	char created[CLOCK_TEXT_BYTES], read[CLOCK_TEXT_BYTES];
	bool is_read = sqlite3_column_type(s, 9) != SQLITE_NULL;
	struct str metadata = column(s, 7);

	buf_printf(out, "{\"id\":%lld", (long long)sqlite3_column_int64(s, 0));
	for (int i = 0; i < 6; i++) {
		buf_printf(out, ",\"%s\":", names[i]);
		json_quote(out, column(s, i + 1));
	}
	clock_text(sqlite3_column_int64(s, 8), created);
	clock_text(sqlite3_column_int64(s, 9), read);
	buf_printf(out, ",\"metadata\":%.*s,\"read\":%s,\"createdAt\":\"%s\",\"readAt\":",
		   STR_ARG(metadata.len ? metadata : STR("{}")),
		   is_read ? "true" : "false", created);
	buf_printf(out, is_read ? "\"%s\"}" : "null}", read);
}

static int
get(struct notify_db *db, struct str user, int64_t id, int64_t now_ms,
    struct buf *json_out)
{
	sqlite3_stmt *s = db->statements[GET];
	int rc, error = 0;

	sqlite3_bind_int64(s, 1, id);
	bind_text(s, 2, user);
	sqlite3_bind_int64(s, 3, now_ms - db->bounds.keep_ms);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		write_row(s, json_out);
	else
		error = rc == SQLITE_DONE ? -E_NOT_FOUND : fail(db);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return json_out->failed ? -E_NOMEM : error;
}

int
notify_db_add(struct notify_db *db, const struct notification *what, int64_t now_ms,
	      int64_t *id_out, struct buf *json_out)
{
	const struct str fields[] = {what->user,     what->title,    what->message,
				     what->category, what->priority, what->link,
				     what->metadata};
	sqlite3_stmt *s = db->statements[ADD];
	int error;

	for (int i = 0; i < 7; i++)
		bind_text(s, i + 1, fields[i]);
	sqlite3_bind_int64(s, 8, now_ms);
	error = run(db, ADD);
	if (error)
		return error;
	db->rows_n++;
	*id_out = sqlite3_last_insert_rowid(db->handle);
	s = db->statements[TRIM_USER];
	bind_text(s, 1, what->user);
	sqlite3_bind_int64(s, 2, db->bounds.user_n);
	error = run(db, TRIM_USER);
	if (!error)
		db->rows_n -= sqlite3_changes(db->handle);
	return error ? error : get(db, what->user, *id_out, now_ms, json_out);
}

int
notify_db_list(struct notify_db *db, const struct notify_page *page, int64_t now_ms,
	       struct buf *json_out)
{
	sqlite3_stmt *s = db->statements[LIST];
	uint32_t n = 0;
	int64_t last = 0;
	int rc, error;

	bind_text(s, 1, page->user);
	sqlite3_bind_int64(s, 2, page->before_id ? page->before_id : INT64_MAX);
	sqlite3_bind_int64(s, 3, now_ms - db->bounds.keep_ms);
	sqlite3_bind_int(s, 4, page->unread_only);
	/* one more: is there another page? */
	sqlite3_bind_int64(s, 5, (int64_t)page->limit + 1);
	buf_add_str(json_out, STR("{\"items\":["));
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && n < page->limit) {
		if (n++)
			buf_add_char(json_out, ',');
		last = sqlite3_column_int64(s, 0);
		write_row(s, json_out);
	}
	buf_add_char(json_out, ']');
	if (rc == SQLITE_ROW)
		buf_printf(json_out, ",\"cursor\":\"%lld\"", (long long)last);
	buf_add_char(json_out, '}');
	error = rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : fail(db);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return json_out->failed ? -E_NOMEM : error;
}

int
notify_db_mark_read(struct notify_db *db, struct str user, int64_t id, int64_t now_ms,
		    bool *is_changed_out, struct buf *json_out)
{
	sqlite3_stmt *s = db->statements[READ];
	int error;

	sqlite3_bind_int64(s, 1, id);
	bind_text(s, 2, user);
	sqlite3_bind_int64(s, 3, now_ms);
	error = run(db, READ);
	*is_changed_out = !error && sqlite3_changes(db->handle) > 0;
	return error ? error : get(db, user, id, now_ms, json_out);
}

int
notify_db_trim(struct notify_db *db, int64_t now_ms)
{
	sqlite3_stmt *s = db->statements[TRIM_AGE];
	int64_t excess;
	int error;

	sqlite3_bind_int64(s, 1, now_ms - db->bounds.keep_ms);
	sqlite3_bind_int(s, 2, TRIM_N);
	error = run(db, TRIM_AGE);
	if (!error)
		db->rows_n -= sqlite3_changes(db->handle);
	excess = db->rows_n - db->bounds.total_n;
	if (error || excess <= 0)
		return error;
	sqlite3_bind_int64(db->statements[TRIM_COUNT], 1,
			   excess < TRIM_N ? excess : TRIM_N);
	error = run(db, TRIM_COUNT);
	if (!error)
		db->rows_n -= sqlite3_changes(db->handle);
	return error;
}
