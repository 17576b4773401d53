/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Broadcasts and calls while both loops run in threads of their own (run it under TSan too). */
#include "base/errors.h"
#include "net/loop.h"
#include "unit/hub/hub_rig.h"
#include "unit/hub/suites.h"

#include <pthread.h>
#include <stdio.h>

enum { PEOPLE = 8, MESSAGES = 300, SENDERS = 2 };

static struct hub_rig h;
static struct peer *peers[PEOPLE];
static char ids[PEOPLE][SOCKET_ID_BYTES];
static atomic_int called_n, failed_n;

static void
set_up(void)
{
	hub_rig_open(&h, "    queue_hard: 8MB\n", 2);
	for (int i = 0; i < PEOPLE; i++) {
		peers[i] = hub_joins(&h, (size_t)i % 2, "/");
		memcpy(ids[i], socket_id(h.newest).ptr, SOCKET_ID_BYTES);
	}
}

static void
tear_down(void)
{
	hub_rig_close(&h);
}

static void *
run_loop(void *loop)
{
	loop_run(loop);
	return NULL;
}

static void
count_call(struct socket *s, void *arg)
{
	(void)arg;
	if (s)
		atomic_fetch_add(&called_n, 1);
}

/* Speaks from a thread that is no loop. */
static void *
speak(void *arg)
{
	int sender = (int)(intptr_t)arg;
	char args[32];

	for (int i = 0; i < MESSAGES; i++) {
		struct event_out event = {.name = STR("n"), .args = {args, 0}};
		struct target to = {.nsp = STR("/")};
		struct str sid = {ids[i % PEOPLE], SOCKET_ID_BYTES};

		event.args.len = (size_t)snprintf(args, sizeof(args), "%d,%d", sender, i);
		if (hub_broadcast(&h.hubs, NULL, &to, &event) ||
		    hub_call(&h.hubs, sid, count_call, NULL))
			atomic_fetch_add(&failed_n, 1);
	}
	return NULL;
}

static void
count_packets(struct peer *p)
{
	int next[SENDERS] = {0}, sender, n;

	while (p->memory.to_client.len) {
		uint8_t size = (uint8_t)p->memory.to_client.data[1];
		char text[128] = "";

		memcpy(text, p->memory.to_client.data + 2, size);
		ck_assert_int_eq(sscanf(text, "42[\"n\",%d,%d]", &sender, &n), 2);
		ck_assert_int_eq(n, next[sender]);
		next[sender]++;
		stream_memory_read(&p->memory, 2u + size);
	}
	for (int i = 0; i < SENDERS; i++)
		ck_assert_int_eq(next[i], MESSAGES);
}

START_TEST(everybody_gets_everything_once_and_in_each_sender_s_order)
{
	pthread_t loops[RIG_LOOPS], senders[SENDERS];

	atomic_store(&called_n, 0);
	atomic_store(&failed_n, 0);
	for (size_t i = 0; i < h.hubs.n; i++)
		ck_assert_int_eq(
			pthread_create(&loops[i], NULL, run_loop, h.e.rig.loop[i]), 0);
	for (int i = 0; i < SENDERS; i++)
		ck_assert_int_eq(
			pthread_create(&senders[i], NULL, speak, (void *)(intptr_t)i), 0);
	for (int i = 0; i < SENDERS; i++)
		pthread_join(senders[i], NULL);
	for (size_t i = 0; i < h.hubs.n; i++) {
		loop_stop(h.e.rig.loop[i]);
		pthread_join(loops[i], NULL);
	}
	rig_turn(&h.e.rig); /* what was posted last */
	ck_assert_int_eq(atomic_load(&failed_n), 0);
	ck_assert_int_eq(atomic_load(&called_n), SENDERS * MESSAGES);
	for (int i = 0; i < PEOPLE; i++)
		count_packets(peers[i]);
}
END_TEST

Suite *
broadcast_suite(void)
{
	Suite *s = suite_create("broadcast");
	TCase *t = tcase_create("broadcast");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, everybody_gets_everything_once_and_in_each_sender_s_order);
	suite_add_tcase(s, t);
	return s;
}
