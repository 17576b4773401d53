/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recovery as its own files see it. Thread: the hub's loop. */
#ifndef HUB_RECOVERY_INSIDE_H
#define HUB_RECOVERY_INSIDE_H

#include "base/list.h"
#include "hub/hub_inside.h"
#include "hub/recovery.h"
#include "hub/socket_inside.h"

#include <pthread.h>

/* A lost socket. */
struct kept {
	struct wheel_timer timer; /* its window */
	struct list link;         /* oldest first */
	struct recovery *recovery;
	const struct config_mount *mount;
	struct identity *who;
	struct ticket *ticket;
	char sid[SOCKET_ID_BYTES];
	size_t nsp_len;
	char nsp[];
};

/* A ticket made here whose socket lives on another loop. */
struct moved {
	char pid[TICKET_PID_BYTES], sid[SOCKET_ID_BYTES];
	int loop;
};

struct recovery {
	struct hub *hub;
	struct recovery_log *log;
	struct map kept, kept_sockets; /* pid, sid → struct kept */
	struct list oldest;
	uint32_t kept_n_max;
	struct map moved, moved_sockets; /* pid, sid → struct moved */
	uint64_t broadcasts_n, emits_n;  /* that this loop sent */
	struct map arriving; /* sid → struct revival: no socket goes on with it yet */
	/* struct question: answers that wait until this loop has caught up */
	struct list behind;
	struct loop_job catch_up;
	pthread_mutex_t strangers_lock; /* the first hub's: for those who have no loop */
	uint64_t strangers_n;
};

/* What is handed from the loop where a socket was lost to the one where it comes back. */
struct revival {
	struct ticket *ticket; /* NULL once it has an owner */
	struct hub *hub;       /* that it has come to */
	char pid[TICKET_PID_BYTES], sid[SOCKET_ID_BYTES];
	int loop;                      /* where it was lost */
	struct recovery_offset offset; /* that the client has */
	struct message **missed;       /* until seen */
	size_t missed_n;
	uint64_t *seen; /* by sender: what that loop had seen */
	size_t nsp_len;
	char nsp[];
};

/* Senders: the loops, those without one, then the loops' events for single sockets. */
static inline uint32_t
recovery_strangers(const struct hubs *all)
{
	return (uint32_t)all->n;
}

static inline uint32_t
recovery_broadcasters_n(const struct hubs *all)
{
	return (uint32_t)all->n + 1;
}

static inline uint32_t
recovery_senders_n(const struct hubs *all)
{
	return 2 * (uint32_t)all->n + 1;
}

/* Take what is kept under that pid, if it is this person's and nothing after the offset is
 * forgotten. NULL: a fresh start. */
struct asked {
	const struct config_mount *mount;
	struct str nsp, pid;
	struct identity *who;
	struct recovery_offset offset;
};
struct revival *recovery_take(struct hub *h, const struct asked *asked);

/* One more that it missed; takes a reference of its own. Errors: -E_NOMEM. */
int revival_add(struct revival *v, struct message *m) MUST_USE;

/* Those that wait for this loop to catch up: look at the end of the turn who has waited long
 * enough; forget them with the loop. */
void recovery_behind_init(struct recovery *r);
void recovery_behind_fini(struct recovery *r);

/* Has this loop seen all that the other had? */
bool recovery_has_caught_up(const struct hub *h, const struct revival *r);

/* Remember, on the loop that made the ticket, where its socket is; loop < 0: nowhere. */
void recovery_tell_home(struct hub *h, const struct ticket *t,
			const char sid[SOCKET_ID_BYTES], int loop);

#endif
