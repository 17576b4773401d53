/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The speaker as its own floor sees it. Thread: its loop. */
#ifndef HUB_SPEAKER_INSIDE_H
#define HUB_SPEAKER_INSIDE_H

#include "hub/hub_inside.h"
#include "hub/socket_inside.h"
#include "hub/speaker.h"

/* What a subscriber of an event wants to see of it; empty: everything. */
struct filter {
	struct str event, employee;
	char *text;              /* theirs */
	char start[11], end[11]; /* "2024-01-15" */
};

struct plain_entry;

struct speaker {
	struct plain_session *session; /* NULL once closed */
	struct hub *hub;
	struct socket *socket;     /* NULL until it is known who it is */
	struct plain_entry *entry; /* a question that keeps its messages waiting */
	struct list typing;        /* struct typing */
	struct filter *filters;
	uint32_t filters_n;
	bool is_warned, is_greeted;
	/* counted among its user's connections there */
	const struct config_mount *limited;
	union {
		struct wheel_timer expiry; /* of its token, then of the grace */
		struct loop_grave grave;   /* once closed */
	};
};

static inline struct speaker *
speaker_of(const struct socket *s)
{
	return s->owner;
}

struct str speaker_user(const struct speaker *sp);
struct str speaker_username(const struct speaker *sp);
/* user, username, email of the speaker. */
struct words speaker_words(const struct speaker *sp);

/* It is who: counted, in its own rooms, greeted. On failure the session is closed. */
bool speaker_enter(struct speaker *sp, struct identity *who);

/* What waited for its person comes now, once: not before it is decided what it speaks, and where
 * notifications go to subscribers only, not before it is one. */
void speaker_greet(struct speaker *sp);

/* speaker_verbs.c */
void speaker_on_verb(void *up, const struct verb *v);

/* speaker_token.c: who is it? Errors: -E_INVALID_TOKEN, -E_TOKEN_EXPIRED,
 * -E_TOO_MANY_FAILURES, -E_NOMEM. */
int speaker_identify(struct speaker *sp, struct str token,
		     struct identity **who_out) MUST_USE;
/* Does who have the claim that the mount asks for? While it is undecided, the first mount of the
 * path whose claim who has becomes the session's. */
bool speaker_fits_mount(struct speaker *sp, const struct identity *who);
/* A topics client tells who it is with its first subscribe. False: refused, and told. */
bool speaker_log_in(struct speaker *sp, const struct verb *v);
void speaker_renew(struct speaker *sp, const struct verb *v);
void speaker_watch_expiry(struct speaker *sp);
void speaker_on_expiry(struct wheel_timer *t);

#endif
