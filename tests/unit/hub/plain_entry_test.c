/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Subscriptions of a plain client, when somebody above decides about each room. */
#include "hub/plain_entry.h"

#include "hub/speaker.h"
#include "net/loop.h"
#include "policy/token.h"
#include "session/plain_session.h"
#include "unit/hub/suites.h"
#include "unit/transport/rig.h"

#include <stdio.h>

static struct rig rig;
static struct sessions sessions, *all_sessions[1];
static struct hub *hub, *all_hubs[1];
static struct hubs hubs;
static struct token_keys *keys;
static struct plain_route route;
static void *app_state[1];
static struct peer *peer;
static size_t asked_n;

static void
may_join(void *up, struct hub *h, struct identity *who, struct str room,
	 hub_verdict_fn *done, void *arg)
{
	(void)up;
	(void)h;
	(void)who;
	asked_n++;
	done(arg, str_has_suffix(room, STR("no")) ? HUB_NO : HUB_YES);
}

static void
on_disconnect(void *up, struct socket *s, const char *reason)
{
	(void)up;
	(void)s;
	(void)reason;
}

static void
on_free(void *up, struct socket *s)
{
	(void)up;
	(void)s;
}

static const struct hub_up hub_up = {
	.may_join = may_join, .on_disconnect = on_disconnect, .on_free = on_free};

static void
start(const char *settings)
{
	struct buf yaml = BUF_INIT, errors = BUF_INIT;

	buf_printf(&yaml,
		   "mounts:\n  - path: /ws\n    dialect: schedule\n    auth: none\n"
		   "    confirm: true\n    idle: off\n    message_rate: unlimited\n%s",
		   settings);
	buf_add_char(&yaml, '\0');
	rig_open(&rig, yaml.data, 1);
	buf_fini(&yaml);
	sessions_init(&sessions, rig.loop[0], 1);
	all_sessions[0] = &sessions;
	ck_assert_int_eq(token_keys_load(&rig.config->token, &keys, &errors), 0);
	hubs = (struct hubs){.hub = all_hubs, .n = 1};
	all_hubs[0] = hub = hub_new(rig.loop[0], &hubs, keys, &hub_up, NULL);
	ck_assert_ptr_nonnull(hub);
	app_state[0] = hub;
	route = (struct plain_route){.mounts = {&rig.config->mounts[0]},
				     .mounts_n = 1,
				     .config = rig.config,
				     .sessions = all_sessions,
				     .addresses = limit_table_new(16),
				     .app = &speaker_app,
				     .app_state = app_state};
	rig_route(&rig, &(struct route){.path = "/ws",
					.serve = plain_session_serve,
					.arg = &route});
	asked_n = 0;
	peer = peer_open(&rig, 0);
	peer_upgrades(peer, "/ws", "");
}

static void
tear_down(void)
{
	rig_close(&rig);
	sessions_fini(&sessions);
	hub_free(hub);
	limit_table_free(route.addresses);
	token_keys_unref(keys);
}

static void
subscribe(size_t names_n, const char *last, const char *filters)
{
	struct buf text = BUF_INIT;

	buf_add_str(&text, STR("{\"type\":\"subscription\",\"action\":\"subscribe\","
			       "\"data\":{\"events\":["));
	for (size_t i = 0; i < names_n; i++)
		buf_printf(&text, "\"e%zu\",", i);
	buf_printf(&text, "\"%s\"]%s}}", last, filters);
	peer_frame(peer, WS_TEXT, true, buf_str(&text));
	rig_turn(&rig);
	buf_fini(&text);
}

static uint64_t
rooms_n(void)
{
	return counter_get(&rig.loop[0]->counters, COUNTER_ROOMS);
}

/* Each answer called the next question once: fifty thousand names were the end of the stack. */
START_TEST(a_list_of_any_length_is_asked_about_without_stack)
{
	start("    subscriptions: unlimited\n    json_values: 200000\n");
	subscribe(50000, "no", "");
	ck_assert_uint_eq(asked_n, 50001);
	ck_assert_uint_eq(rooms_n(), 0);
	ck_assert(!peer_is_closed(peer));
	stream_memory_read(&peer->memory, peer->memory.to_client.len);
	subscribe(2, "yes", "");
	ck_assert_uint_eq(rooms_n(), 3);
}
END_TEST

START_TEST(nobody_is_asked_about_more_than_there_may_be)
{
	start("    subscriptions: 3\n");
	subscribe(3, "yes", "");
	ck_assert_uint_eq(asked_n, 0);
	ck_assert_uint_eq(rooms_n(), 0);
}
END_TEST

/* It would be kept once for each name: a message of a megabyte was a gigabyte. */
START_TEST(a_filter_is_no_longer_than_a_name)
{
	struct buf filters = BUF_INIT;

	start("");
	buf_add_str(&filters, STR(",\"filters\":{\"employee_id\":\""));
	for (int i = 0; i < 300; i++)
		buf_add_char(&filters, '1');
	buf_add_str(&filters, STR("\"}"));
	buf_add_char(&filters, '\0');
	subscribe(2, "yes", filters.data);
	ck_assert_uint_eq(rooms_n(), 0);
	buf_fini(&filters);
}
END_TEST

static void
tell_of(int employee)
{
	struct str room = STR("event:schedule");
	struct target to = {.nsp = STR("/"), .rooms = &room, .rooms_n = 1};
	char data[32];

	snprintf(data, sizeof(data), "{\"employee_id\":%d}", employee);
	ck_assert_int_eq(
		hub_broadcast(&hubs, hub, &to,
			      &(struct event_out){.name = STR("schedule.created"),
						  .args = str_from(data)}),
		0);
}

START_TEST(what_was_said_before_a_filter_is_not_measured_by_it)
{
	start("");
	subscribe(0, "schedule", "");
	(void)peer_takes_text(peer);
	tell_of(1);
	peer_frame(peer, WS_TEXT, true,
		   STR("{\"type\":\"subscription\",\"action\":\"subscribe\",\"data\":{"
		       "\"events\":[\"schedule\"],\"filters\":{\"employee_id\":2}}}"));
	tell_of(1);
	tell_of(2);
	rig_turn(&rig);
	ck_assert_ptr_nonnull(strstr(peer_takes_text(peer), "\"employee_id\":1}"));
	ck_assert_ptr_nonnull(strstr(peer_takes_text(peer), "subscribed"));
	ck_assert_ptr_nonnull(strstr(peer_takes_text(peer), "\"employee_id\":2}"));
	peer_hears_nothing(peer);
}
END_TEST

Suite *
plain_entry_suite(void)
{
	Suite *s = suite_create("plain_entry");
	TCase *t = tcase_create("rooms");

	tcase_add_checked_fixture(t, NULL, tear_down);
	tcase_add_test(t, a_list_of_any_length_is_asked_about_without_stack);
	tcase_add_test(t, nobody_is_asked_about_more_than_there_may_be);
	tcase_add_test(t, a_filter_is_no_longer_than_a_name);
	tcase_add_test(t, what_was_said_before_a_filter_is_not_measured_by_it);
	suite_add_tcase(s, t);
	return s;
}
