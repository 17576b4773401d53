/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/notify.h"

#include "admin/notify_db.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "net/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* At most so many jobs share a commit, so that none waits long. */
enum { BATCH_N = 256 };

enum task { ADD, LIST, MARK_READ };

/* One question on its way to the thread and back. */
struct job {
	struct notify *notify;
	struct list link;
	struct mail home;
	struct loop *asker;
	enum task task;
	struct notification what; /* ADD */
	struct notify_page page;  /* LIST; user of MARK_READ */
	struct notify_result result;
	struct buf json;
	notify_done_fn *done;
	void *arg;
	char text[]; /* what the texts above point to */
};

struct notify {
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;
	struct list waiting;
	uint32_t waiting_n, waiting_max;
	bool is_stopping, has_thread;
	struct notify_db *db; /* the thread's */
	void (*on_read)(void *arg, struct str user, int64_t id, int64_t read_ms);
	void *on_read_arg;
};

/* --- the thread --------------------------------------------------------------------------- */

static void
come_home(struct loop *l, struct mail *m)
{
	struct job *j = CONTAINER_OF(m, struct job, home);
	const struct notify *n = j->notify;

	j->result.json = buf_str(&j->json);
	if (j->result.error == -E_STORE)
		counter_add(&l->counters, COUNTER_NOTIFICATIONS_FAILED, 1);
	if (!j->result.error && j->result.is_changed && n->on_read)
		n->on_read(n->on_read_arg, j->page.user, j->result.id, l->wall_ms);
	j->done(j->arg, &j->result);
	buf_fini(&j->json);
	free(j);
}

static void
work(struct notify_db *db, struct job *j, int64_t now_ms)
{
	struct notify_result *r = &j->result;

	switch (j->task) {
	case ADD:
		r->error = notify_db_add(db, &j->what, now_ms, &r->id, &j->json);
		break;
	case LIST:
		r->error = notify_db_list(db, &j->page, now_ms, &j->json);
		break;
	case MARK_READ:
		r->error = notify_db_mark_read(db, j->page.user, r->id, now_ms,
					       &r->is_changed, &j->json);
		break;
	}
}

static void
log_failure(const char *why)
{
	static struct log_throttle throttle;
	uint64_t held;

	if (log_may(&throttle, clock_system.mono_ms(clock_system.state), &held))
		log_error("notifications not stored", "why=%s held_back=%llu",
			  LOG_TEXT(str_from(why)), (unsigned long long)held);
}

/* Errors: those of the first step that failed. */
static int
work_on_all(struct notify_db *db, struct list *batch)
{
	int64_t now_ms = clock_system.wall_ms(clock_system.state);
	int error = notify_db_begin(db);

	LIST_EACH (link, batch) {
		struct job *j = CONTAINER_OF(link, struct job, link);

		if (!error)
			work(db, j, now_ms);
		/* what follows would stand outside of the transaction */
		if (!error && j->result.error == -E_STORE)
			error = -E_STORE;
	}
	return error ? error : notify_db_trim(db, now_ms);
}

/* All or none of them is on disk before anybody hears of it. */
static void
work_on_batch(struct notify_db *db, struct list *batch)
{
	int error = work_on_all(db, batch);

	if (error)
		notify_db_undo(db);
	else
		error = notify_db_commit(db);
	if (error)
		log_failure(notify_db_why(db));
	LIST_EACH (link, batch) {
		struct job *j = CONTAINER_OF(link, struct job, link);

		if (error)
			j->result.error = error;
		list_remove(link);
		j->home.deliver = come_home;
		loop_post(j->asker, &j->home);
	}
}

/* Waits for jobs. False when there is none and none will come. */
static bool
take_batch(struct notify *n, struct list *batch)
{
	list_init(batch);
	pthread_mutex_lock(&n->lock);
	while (!n->waiting_n && !n->is_stopping)
		pthread_cond_wait(&n->wake, &n->lock);
	for (int i = 0; i < BATCH_N && n->waiting_n; i++) {
		struct list *first = n->waiting.next;

		list_remove(first);
		list_add_tail(batch, first);
		n->waiting_n--;
	}
	pthread_mutex_unlock(&n->lock);
	return !list_is_empty(batch);
}

static void *
run(void *arg)
{
	struct notify *n = arg;
	struct list batch;

	pthread_setname_np(pthread_self(), "notify");
	while (take_batch(n, &batch))
		work_on_batch(n->db, &batch);
	return NULL;
}

/* --- life --------------------------------------------------------------------------------- */

int
notify_new(const struct config *c, struct notify **out, struct buf *errors)
{
	const struct notify_bounds bounds = {c->notify_user_n, c->notify_total_n,
					     (int64_t)c->notify_keep_s * 1000};
	struct notify *n = calloc(1, sizeof(*n));
	sigset_t all, old;
	int error;

	if (!n)
		return -E_NOMEM;
	pthread_mutex_init(&n->lock, NULL);
	pthread_cond_init(&n->wake, NULL);
	list_init(&n->waiting);
	n->waiting_max = c->notify_queue_n;
	error = notify_db_open(c->notify_file, &bounds, &n->db, errors);
	if (!error) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		error = pthread_create(&n->thread, NULL, run, n) ? -E_SYSTEM : 0;
		pthread_sigmask(SIG_SETMASK, &old, NULL);
		n->has_thread = !error;
	}
	if (error) {
		notify_free(n);
		return error;
	}
	*out = n;
	return 0;
}

void
notify_watch(struct notify *n,
	     void (*on_read)(void *arg, struct str user, int64_t id, int64_t read_ms),
	     void *arg)
{
	n->on_read = on_read;
	n->on_read_arg = arg;
}

void
notify_stop(struct notify *n)
{
	pthread_mutex_lock(&n->lock);
	n->is_stopping = true;
	pthread_cond_signal(&n->wake);
	pthread_mutex_unlock(&n->lock);
	if (n->has_thread)
		pthread_join(n->thread, NULL);
	n->has_thread = false;
}

void
notify_free(struct notify *n)
{
	if (!n)
		return;
	notify_stop(n);
	notify_db_close(n->db);
	pthread_cond_destroy(&n->wake);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

/* --- asking ------------------------------------------------------------------------------- */

static struct job *
job_new(struct loop *asker, enum task task, size_t text_bytes, notify_done_fn *done,
	void *arg)
{
	struct job *j = calloc(1, sizeof(*j) + text_bytes);

	if (!j)
		return NULL;
	j->asker = asker;
	j->task = task;
	j->done = done;
	j->arg = arg;
	return j;
}

static int
submit(struct notify *n, struct job *j)
{
	int error = 0;

	j->notify = n;
	pthread_mutex_lock(&n->lock);
	if (n->is_stopping) {
		error = -E_SHUTDOWN;
	} else if (n->waiting_n >= n->waiting_max) {
		error = -E_FULL;
	} else {
		list_add_tail(&n->waiting, &j->link);
		n->waiting_n++;
		pthread_cond_signal(&n->wake);
	}
	pthread_mutex_unlock(&n->lock);
	if (error)
		free(j);
	return error;
}

int
notify_add(struct notify *n, struct loop *asker, const struct notification *what,
	   notify_done_fn *done, void *arg)
{
	size_t text = what->user.len + what->title.len + what->message.len +
		      what->category.len + what->priority.len + what->link.len +
		      what->metadata.len;
	struct job *j = job_new(asker, ADD, text, done, arg);
	char *at;

	if (!j)
		return -E_NOMEM;
	at = j->text;
	j->what = (struct notification){
		.user = str_put(&at, what->user),
		.title = str_put(&at, what->title),
		.message = str_put(&at, what->message),
		.category = str_put(&at, what->category),
		.priority = str_put(&at, what->priority),
		.link = str_put(&at, what->link),
		.metadata = str_put(&at, what->metadata),
	};
	return submit(n, j);
}

int
notify_list(struct notify *n, struct loop *asker, const struct notify_page *page,
	    notify_done_fn *done, void *arg)
{
	struct job *j = job_new(asker, LIST, page->user.len, done, arg);
	char *at;

	if (!j)
		return -E_NOMEM;
	at = j->text;
	j->page = *page;
	j->page.user = str_put(&at, page->user);
	return submit(n, j);
}

int
notify_mark_read(struct notify *n, struct loop *asker, struct str user, int64_t id,
		 notify_done_fn *done, void *arg)
{
	struct job *j = job_new(asker, MARK_READ, user.len, done, arg);
	char *at;

	if (!j)
		return -E_NOMEM;
	at = j->text;
	j->page.user = str_put(&at, user);
	j->result.id = id;
	return submit(n, j);
}
