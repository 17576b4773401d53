/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store of notifications: who was told what, and has he read it? One thread does all the
 * work on the database (notify_db.h); what waits for it is committed together, and a loop
 * hears of its own only when that is on disk. Bounded in number, age and queue.
 * Built and freed by the wiring; calls come from loops and are answered there.
 */
#ifndef ADMIN_NOTIFY_H
#define ADMIN_NOTIFY_H

#include "base/buf.h"
#include "base/errors.h"

struct config;
struct loop;
struct notify;

/* A new one; texts are borrowed for the call. metadata is a JSON object or empty. */
struct notification {
	struct str user, title, message, category, priority, link, metadata;
};

struct notify_result {
	int error;       /* 0; -E_NOT_FOUND, -E_SYSTEM, -E_NOMEM */
	struct str json; /* the notification, or a page {"items":[…],"cursor":…} */
	int64_t id;      /* of the notification */
	bool is_changed; /* notify_mark_read: it was unread before */
};

/* Runs on the loop that asked, exactly once; the result is gone afterwards. */
typedef void notify_done_fn(void *arg, const struct notify_result *result);

/* Opens the database and starts the thread.
 * Errors: -E_SYSTEM with a line in errors, -E_NOMEM. Main thread. */
int notify_new(const struct config *c, struct notify **out, struct buf *errors) MUST_USE;
/* on_read is told of each notification that was read, on the loop that asked. Before the
 * loops start. */
void notify_watch(struct notify *n,
		  void (*on_read)(void *arg, struct str user, int64_t id,
				  int64_t read_ms),
		  void *arg);
/* What waits is done, then the thread ends; calls after it give -E_SHUTDOWN. The answers are in
 * the mailboxes of their loops. Harmless twice. Main thread. */
void notify_stop(struct notify *n);
void notify_free(struct notify *n); /* NULL is allowed */

/* Errors of all: -E_FULL, -E_SHUTDOWN, -E_NOMEM; then done is not called. Thread: asker's. */
int notify_add(struct notify *n, struct loop *asker, const struct notification *what,
	       notify_done_fn *done, void *arg) MUST_USE;

/* Which ones of a user, newest first. */
struct notify_page {
	struct str user;
	int64_t before_id; /* only older ones; 0: from the newest */
	uint32_t limit;
	bool unread_only;
};
int notify_list(struct notify *n, struct loop *asker, const struct notify_page *page,
		notify_done_fn *done, void *arg) MUST_USE;

/* -E_NOT_FOUND in the result when user has no such notification; reading twice is harmless. */
int notify_mark_read(struct notify *n, struct loop *asker, struct str user, int64_t id,
		     notify_done_fn *done, void *arg) MUST_USE;

#endif
