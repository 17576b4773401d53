/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting by connections, telling by persons, also from several threads. */
#include "hub/presence.h"

#include "hub/people.h"
#include "hub/socket_inside.h"
#include "policy/identity.h"
#include "unit/hub/hub_rig.h"
#include "unit/hub/suites.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void
count(void *arg)
{
	++*(int *)arg;
}

START_TEST(a_user_comes_and_goes_once)
{
	struct presence *p = presence_new();
	int came = 0, went = 0;
	int64_t seen;

	ck_assert_int_eq(presence_arrive(p, STR("a"), 5, count, &came), 0);
	ck_assert_int_eq(presence_arrive(p, STR("a"), 6, count, &came), 0);
	ck_assert_int_eq(presence_arrive(p, STR("b"), 7, count, &came), 0);
	ck_assert_int_eq(came, 2);
	ck_assert_uint_eq(presence_count(p, STR("a"), &seen), 2);
	ck_assert_int_eq(seen, 6);
	presence_depart(p, STR("a"), 8, count, &went);
	ck_assert_int_eq(went, 0);
	presence_depart(p, STR("a"), 9, count, &went);
	ck_assert_int_eq(went, 1);
	presence_depart(p, STR("a"), 9, count, &went);
	ck_assert_int_eq(went, 1);
	ck_assert_uint_eq(presence_count(p, STR("a"), &seen), 0);
	presence_depart(p, STR("b"), 9, count, &went);
	ck_assert_uint_eq(presence_keys_n(p), 0);
	presence_free(p);
}
END_TEST

START_TEST(an_end_is_told_only_of_what_was_told)
{
	struct presence *p = presence_new();
	struct buf users = BUF_INIT;
	bool first;

	ck_assert_int_eq(presence_join(p, STR("r"), STR("a"), false, &first), 0);
	ck_assert(first);
	ck_assert_int_eq(presence_join(p, STR("r"), STR("a"), true, &first), 0);
	ck_assert(!first);
	ck_assert_int_eq(presence_join(p, STR("r"), STR("b"), true, &first), 0);
	presence_users(p, STR("r"), &users);
	ck_assert(str_eq(buf_str(&users), STR("[\"a\",\"b\"]")) ||
		  str_eq(buf_str(&users), STR("[\"b\",\"a\"]")));
	ck_assert(!presence_leave(p, STR("r"), STR("a"), false));
	ck_assert(!presence_leave(p, STR("r"), STR("a"), false));
	ck_assert(presence_leave(p, STR("r"), STR("b"), false));
	ck_assert(!presence_leave(p, STR("r"), STR("b"), true));
	ck_assert_int_eq(presence_join(p, STR("r"), STR("a"), false, &first), 0);
	ck_assert(presence_leave(p, STR("r"), STR("a"), true));
	ck_assert_uint_eq(presence_keys_n(p), 0);
	buf_fini(&users);
	presence_free(p);
}
END_TEST

enum { THREADS = 4, ROUNDS = 5000 };

static struct presence *shared;
static atomic_int firsts, lasts;

static void
add_first(void *arg)
{
	(void)arg;
	atomic_fetch_add(&firsts, 1);
}

static void
add_last(void *arg)
{
	(void)arg;
	atomic_fetch_add(&lasts, 1);
}

static void *
come_and_go(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		bool first;
		int none = presence_arrive(shared, STR("u"), i, add_first, NULL);

		none |= presence_join(shared, STR("r"), STR("u"), true, &first);
		if (none)
			abort();
		if (first)
			add_first(NULL);
		if (presence_leave(shared, STR("r"), STR("u"), false))
			add_last(NULL);
		presence_depart(shared, STR("u"), i, add_last, NULL);
	}
	return NULL;
}

START_TEST(every_first_has_its_last_under_concurrency)
{
	pthread_t threads[THREADS];

	shared = presence_new();
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(atomic_load(&firsts), atomic_load(&lasts));
	ck_assert_uint_eq(presence_keys_n(shared), 0);
	presence_free(shared);
}
END_TEST

/* --- sockets without a connection -------------------------------------------------------- */

enum { USERS = 5000, MOVES = 100000, PLACES = 300 };

static int
swallow(struct socket *s, const struct frames *f)
{
	(void)s;
	(void)f;
	return 0;
}

static bool
never(const struct socket *s)
{
	(void)s;
	return false;
}

static const struct session_hello *
none(const struct socket *s)
{
	(void)s;
	return NULL;
}

static const struct socket_ops ops = {
	.send = swallow, .is_lagging = never, .hello = none};

static struct socket *
make_user(struct hub_rig *h, const struct config_mount *mount, int i)
{
	static char *const names[CLAIM_N] = {
		"sub",   "username",    "email",    "companyId", "sid",    "artifacts",
		"roles", "permissions", "channels", "rooms",     "events", "topics"};
	struct identity *who;
	struct socket *s;
	char claims[64];

	/* two connections each, on different loops */
	snprintf(claims, sizeof(claims), "{\"sub\":\"%d\",\"companyId\":\"c%d\"}", i / 2,
		 i % 7);
	ck_assert_int_eq(identity_new(str_from(claims), names, &who), 0);
	s = socket_new(&(struct socket_making){.hub = h->hub[i % 2],
					       .mount = mount,
					       .ops = &ops,
					       .wire = WIRE_rooms,
					       .who = who},
		       STR("/"), STR(""));
	identity_unref(who);
	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(socket_begin(s), 0);
	ck_assert_int_eq(people_arrive(s), 0);
	return s;
}

static void
move(struct socket *s, unsigned random)
{
	char room[32];

	snprintf(room, sizeof(room), "%s:%u", random % 3 ? "channel" : "topic",
		 (random >> 4) % PLACES);
	if (socket_is_in(s, str_from(room)))
		socket_leave(s, str_from(room));
	else
		ck_assert_int_eq(random % 2 ? people_enter(s, str_from(room))
					    : socket_join(s, str_from(room)),
				 0);
}

/* Five thousand come, move a hundred thousand times, and go. */
static void
live(struct hub_rig *h, struct socket **sockets)
{
	unsigned random = 1;

	for (int i = 0; i < USERS; i++)
		sockets[i] = make_user(h, h->e.rig.config->mounts, i);
	for (int i = 0; i < MOVES; i++) {
		random = random * 1103515245 + 12345;
		move(sockets[(random >> 8) % USERS], random >> 4);
		if (i % 1000 == 0)
			rig_turn(&h->e.rig);
	}
	for (int i = 0; i < USERS; i++) {
		socket_end(sockets[i], "transport close");
		h->told[0] = '\0';
		if (i % 100 == 0)
			rig_turn(&h->e.rig);
	}
	rig_turn(&h->e.rig);
	h->told[0] = '\0';
	h->sockets_n = 0;
}

static void
assert_empty(struct hub_rig *h)
{
	ck_assert_uint_eq(presence_keys_n(h->hubs.presence), 0);
	for (int l = 0; l < 2; l++) {
		ck_assert_uint_eq(h->hub[l]->namespaces.n, 0);
		ck_assert_uint_eq(h->hub[l]->sockets.places.n, 0);
		ck_assert_uint_eq(counter_get(&h->hub[l]->loop->counters, COUNTER_ROOMS),
				  0);
	}
}

static void *
live_and_look(void *h)
{
	static struct socket *sockets[USERS];

	live(h, sockets);
	assert_empty(h);
	for (int l = 0; l < 2; l++)
		spares_fini(&((struct hub_rig *)h)->hub[l]->loop->spares);
	return NULL;
}

/* What is allocated after such a life. It is lived by a thread of its own: what malloc keeps for a
 * thread, and counts as allocated, goes with it; so do the spares of the loops. */
static size_t
heap_after_a_life(struct hub_rig *h)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, live_and_look, h), 0);
	pthread_join(thread, NULL);
	return mallinfo2().uordblks;
}

START_TEST(a_hundred_thousand_moves_of_five_thousand_leave_the_heap_as_it_was)
{
	static struct hub_rig h;
	size_t heap_bytes;

	mallopt(M_ARENA_MAX, 1);
	hub_rig_open(&h, "    queue_hard: 1MB\n", 2);
	h.hubs.presence = presence_new();
	heap_bytes = heap_after_a_life(&h); /* what is made once and kept is made now */
	/* malloc gives away whole what is a little larger than it was asked for, and counts
	 * it so; one byte left behind by each user would be more than this. */
	ck_assert_uint_lt(heap_after_a_life(&h), heap_bytes + 2048);
	presence_free(h.hubs.presence);
	h.hubs.presence = NULL;
	hub_rig_close(&h);
}
END_TEST

Suite *
presence_suite(void)
{
	Suite *suite = suite_create("presence");
	TCase *tcase = tcase_create("counting");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_user_comes_and_goes_once);
	tcase_add_test(tcase, an_end_is_told_only_of_what_was_told);
	tcase_add_test(tcase, every_first_has_its_last_under_concurrency);
	tcase_add_test(
		tcase,
		a_hundred_thousand_moves_of_five_thousand_leave_the_heap_as_it_was);
	suite_add_tcase(suite, tcase);
	return suite;
}
