/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The database behind notify.h: SQLite, write-ahead log, synced at each commit. Rows come out
 * as JSON. One thread at a time.
 */
#ifndef ADMIN_NOTIFY_DB_H
#define ADMIN_NOTIFY_DB_H

#include "admin/notify.h"

struct notify_db;

struct notify_bounds {
	uint32_t user_n, total_n;
	int64_t keep_ms;
};

/* file empty: in memory. Errors: -E_SYSTEM with a line in errors, -E_NOMEM. */
int notify_db_open(const char *file, const struct notify_bounds *bounds,
		   struct notify_db **out, struct buf *errors) MUST_USE;
void notify_db_close(struct notify_db *db); /* NULL is allowed */

/* Why the last call failed with -E_STORE: SQLite's words, borrowed until the next call. */
const char *notify_db_why(const struct notify_db *db);

/* What is done between them is kept as a whole. Errors: -E_STORE: nothing was. */
int notify_db_begin(struct notify_db *db) MUST_USE;
int notify_db_commit(struct notify_db *db) MUST_USE;
/* Nothing of it is kept. */
void notify_db_undo(struct notify_db *db);

/* Append what was asked for to json_out. Errors: -E_STORE, -E_NOT_FOUND, -E_NOMEM. */
int notify_db_add(struct notify_db *db, const struct notification *what, int64_t now_ms,
		  int64_t *id_out, struct buf *json_out) MUST_USE;
int notify_db_list(struct notify_db *db, const struct notify_page *page, int64_t now_ms,
		   struct buf *json_out) MUST_USE;
int notify_db_mark_read(struct notify_db *db, struct str user, int64_t id, int64_t now_ms,
			bool *is_changed_out, struct buf *json_out) MUST_USE;

/* Forget what is too old or too much, a thousand rows at most. Errors: -E_STORE. */
int notify_db_trim(struct notify_db *db, int64_t now_ms) MUST_USE;

#endif
