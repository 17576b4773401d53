/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A WebSocket that echoes: what RFC 6455 and 7692 want of a server. */
#include "transport/websocket_conn.h"

#include "base/errors.h"
#include "config/config.h"
#include "net/loop.h"
#include "proto/deflate.h"
#include "unit/transport/rig.h"
#include "unit/transport/suites.h"

#include <stdlib.h>

static struct rig rig;
static struct peer *peer;
static struct websocket *ws;
static int closed_code, closed_n, messages_n;

static void
on_message(void *up, enum frame_kind kind, char *data, size_t n)
{
	struct frame *f = ws_frame_of(kind == FRAME_TEXT ? WS_TEXT : WS_BINARY,
				      (struct str){data, n});

	(void)up;
	messages_n++;
	websocket_send(ws, f);
	frame_unref(f);
}

static void
on_drain(void *up)
{
	(void)up;
}

static void
on_close(void *up, int code)
{
	(void)up;
	closed_code = code;
	closed_n++;
}

static const struct websocket_up up = {on_message, on_drain, on_close, NULL};

static void
serve(struct request *r)
{
	const struct config_mount *m = &rig.config->mounts[0];
	int error = websocket_open(r, m, m->message_bytes, &up, NULL, &ws);

	if (error)
		request_refuse(r, error);
}

static void
open_rig(const char *settings)
{
	char yaml[512] = "mounts:\n  - path: /ws\n    dialect: ws-echo\n    auth: none\n";

	strcat(yaml, settings);
	rig_open(&rig, yaml, 1);
	rig_route(&rig, &(struct route){.path = "/ws", .serve = serve});
	peer = peer_open(&rig, 0);
	closed_code = closed_n = messages_n = 0;
}

static void
set_up(void)
{
	open_rig("    message_size: 4096\n    fragments: 10\n    queue_soft: 2KiB\n"
		 "    queue_hard: 16KiB\n    deflate: true\n    deflate_min: always\n");
}

static void
tear_down(void)
{
	rig_close(&rig);
	ck_assert_int_eq(closed_n, ws != NULL);
	ws = NULL;
}

static void
frame(enum ws_opcode opcode, bool fin, const char *text)
{
	peer_frame(peer, opcode, fin, str_from(text));
}

START_TEST(messages_come_back_with_their_kind)
{
	peer_upgrades(peer, "/ws", "");
	frame(WS_TEXT, true, "hello");
	frame(WS_BINARY, true, "\xff\xfe");
	frame(WS_TEXT, true, "");
	rig_turn(&rig);
	peer_takes_frame(peer, WS_TEXT, STR("hello"));
	peer_takes_frame(peer, WS_BINARY, STR("\xff\xfe"));
	peer_takes_frame(peer, WS_TEXT, STR(""));
	peer_hears_nothing(peer);
}
END_TEST

START_TEST(frames_sent_with_the_handshake_are_read)
{
	const char *shake = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: "
			    "Upgrade\r\nUpgrade: websocket\r\n"
			    "Sec-WebSocket-Version: 13\r\n"
			    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
	char all[512];
	size_t n = strlen(shake);

	memcpy(all, shake, n);
	memcpy(all + n, "\x81\x82\0\0\0\0hi", 8);
	n += 8;
	peer_write(peer, (struct str){all, (size_t)_i % n});
	peer_write(peer, (struct str){all + (size_t)_i % n, n - (size_t)_i % n});
	rig_turn(&rig);
	peer_gets(peer, 101, NULL);
	peer_receives(peer, "hi");
}
END_TEST

START_TEST(a_fragmented_message_comes_back_whole_with_control_frames_answered_between)
{
	peer_upgrades(peer, "/ws", "");
	frame(WS_TEXT, false, "one ");
	frame(WS_PING, true, "now?");
	rig_turn(&rig);
	peer_takes_frame(peer, WS_PONG, STR("now?"));
	frame(WS_CONTINUATION, false, "");
	frame(WS_PONG, true, "ignored");
	frame(WS_CONTINUATION, false, "two ");
	frame(WS_CONTINUATION, true, "three");
	rig_turn(&rig);
	peer_receives(peer, "one two three");
}
END_TEST

START_TEST(frames_may_come_byte_by_byte)
{
	const char bytes[] = "\x01\x83\x01\x02\x03\x04"
			     "\x60\x60\x60"
			     "\x80\x82\x01\x02\x03\x04"
			     "\x65\x67";

	peer_upgrades(peer, "/ws", "");
	for (size_t i = 0; i < sizeof(bytes) - 1; i++)
		peer_write(peer, (struct str){bytes + i, 1});
	rig_turn(&rig);
	peer_receives(peer, "abcde");
}
END_TEST

static const struct {
	struct str bytes;
	int code;
} faults[] = {
	{STR("\x81\x01x"), 1002},                        /* not masked */
	{STR("\xc1\x80\0\0\0\0"), 1002},                 /* RSV1 without deflate */
	{STR("\x83\x80\0\0\0\0"), 1002},                 /* reserved opcode */
	{STR("\x80\x80\0\0\0\0"), 1002},                 /* continues nothing */
	{STR("\x09\x80\0\0\0\0"), 1002},                 /* fragmented ping */
	{STR("\x89\xfe\0\x7e\0\0\0\0"), 1002},           /* ping above 125 */
	{STR("\x01\x80\0\0\0\0\x81\x80\0\0\0\0"), 1002}, /* a new message within one */
	{STR("\x81\x81\0\0\0\0\xff"), 1007},
	{STR("\x81\xfe\x10\x01\0\0\0\0"), 1009},
	{STR("\x88\x81\0\0\0\0x"), 1002},        /* half a code */
	{STR("\x88\x82\0\0\0\0\x03\xed"), 1002}, /* 1005 must not be sent */
	{STR("\x88\x83\0\0\0\0\x03\xe8\xff"), 1007},
};

START_TEST(a_fault_fails_the_connection_with_its_code)
{
	peer_upgrades(peer, "/ws", "");
	peer_write(peer, faults[_i].bytes);
	frame(WS_TEXT, true, "not read any more");
	rig_turn(&rig);
	peer_takes_close(peer, faults[_i].code);
	peer_hears_nothing(peer);
	ck_assert(peer_is_closed(peer));
	ck_assert_int_eq(messages_n, 0);
	peer_ends(peer);
	ck_assert_int_eq(closed_code, 1006);
}
END_TEST

START_TEST(invalid_utf8_fails_at_its_first_byte)
{
	peer_upgrades(peer, "/ws", "");
	frame(WS_TEXT, false, "ok \xce\xba\xe1");
	rig_turn(&rig);
	peer_hears_nothing(peer);
	peer_write(peer, STR("\x80\x85\0\0\0\0x"));
	rig_turn(&rig);
	peer_takes_close(peer, 1007);
}
END_TEST

START_TEST(a_message_of_too_many_bytes_or_pieces_is_1009)
{
	char big[3000];

	memset(big, 'x', sizeof(big));
	peer_upgrades(peer, "/ws", "");
	if (_i == 0) {
		peer_frame(peer, WS_TEXT, false, (struct str){big, sizeof(big)});
		peer_frame(peer, WS_CONTINUATION, false, (struct str){big, sizeof(big)});
	} else {
		frame(WS_TEXT, false, "x");
		for (int i = 0; i < 10; i++)
			frame(WS_CONTINUATION, false, "x");
	}
	rig_turn(&rig);
	peer_takes_close(peer, 1009);
}
END_TEST

START_TEST(a_message_at_the_limit_comes_back)
{
	char big[4097] = {0};

	memset(big, 'x', 4096);
	peer_upgrades(peer, "/ws", "");
	peer_sends(peer, big);
	peer_receives(peer, big);
}
END_TEST

/* --- closing ----------------------------------------------------------------------------- */

START_TEST(a_close_frame_is_answered_with_its_code_and_words)
{
	peer_upgrades(peer, "/ws", "");
	peer_frame(peer, WS_CLOSE, true, _i ? STR("\x0f\xa0why") : STR(""));
	frame(WS_TEXT, true, "too late");
	rig_turn(&rig);
	if (_i)
		ck_assert_mem_eq(peer->memory.to_client.data + 4, "why", 3);
	peer_takes_close(peer, _i ? 4000 : 1005);
	peer_hears_nothing(peer);
	ck_assert(peer->memory.server_ended);
	peer_ends(peer);
	ck_assert_int_eq(closed_code, _i ? 4000 : 1005);
	ck_assert(peer->memory.server_closed);
}
END_TEST

START_TEST(our_close_waits_for_the_answer)
{
	peer_upgrades(peer, "/ws", "");
	websocket_close(ws, 1000, STR("bye"));
	websocket_close(ws, 1001, STR("again"));
	rig_turn(&rig);
	peer_takes_frame(peer, WS_CLOSE,
			 STR("\x03\xe8"
			     "bye"));
	frame(WS_TEXT, true, "not heard");
	frame(WS_PING, true, "not answered");
	rig_turn(&rig);
	peer_hears_nothing(peer);
	ck_assert(!peer_is_closed(peer));
	frame(WS_CLOSE, true, "\x03\xe8");
	rig_turn(&rig);
	peer_hears_nothing(peer);
	ck_assert(peer_is_closed(peer));
	ck_assert_int_eq(messages_n, 0);
	peer_ends(peer);
	ck_assert_int_eq(closed_code, 1000);
}
END_TEST

START_TEST(a_client_that_does_not_answer_our_close_is_dropped)
{
	peer_upgrades(peer, "/ws", "");
	websocket_close(ws, 1000, STR(""));
	rig_pass(&rig, 1999);
	ck_assert(!peer_is_closed(peer));
	rig_pass(&rig, 1);
	ck_assert(peer->memory.server_closed);
	ck_assert_int_eq(closed_code, 1006);
}
END_TEST

START_TEST(a_lost_connection_is_1006)
{
	peer_upgrades(peer, "/ws", "");
	frame(WS_TEXT, false, "half");
	peer_ends(peer);
	ck_assert_int_eq(closed_code, 1006);
	ck_assert_int_eq(closed_n, 1);
}
END_TEST

START_TEST(aborting_tells_before_it_returns)
{
	peer_upgrades(peer, "/ws", "");
	websocket_abort(ws);
	ck_assert_int_eq(closed_n, 1);
	websocket_abort(ws);
	ck_assert_int_eq(closed_n, 1);
}
END_TEST

/* --- backpressure ------------------------------------------------------------------------ */

START_TEST(who_does_not_read_is_not_read_and_loses_nothing)
{
	char kilo[1001] = {0};
	int sent = 0;

	memset(kilo, 'k', 1000);
	peer_upgrades(peer, "/ws", "");
	peer->memory.window_bytes = 0;
	for (; sent < 12; sent++)
		peer_sends(peer, kilo);
	ck_assert_int_lt(messages_n, 12);
	ck_assert_uint_gt(peer->memory.to_server.len, 0);
	peer->memory.window_bytes = SIZE_MAX / 4;
	stream_memory_read(&peer->memory, 0);
	rig_turn(&rig);
	rig_turn(&rig);
	for (int i = 0; i < 12; i++)
		peer_receives(peer, kilo);
}
END_TEST

START_TEST(many_small_messages_hold_no_more_than_a_few_large_ones)
{
	enum { MESSAGES = 5000 };

	peer_upgrades(peer, "/ws", "");
	peer->memory.window_bytes = 0;
	for (int i = 0; i < MESSAGES; i++)
		peer_frame(peer, WS_TEXT, true, STR("ab"));
	rig_turn(&rig);
	ck_assert_uint_lt(send_queue_held(&peer->conn->out),
			  3 << 10); /* queue_soft: 2 KiB */
	ck_assert_int_lt(messages_n, 50);
	peer->memory.window_bytes = SIZE_MAX / 4;
	stream_memory_read(&peer->memory, 0);
	rig_turn(&rig);
	ck_assert_int_eq(messages_n, MESSAGES);
	for (int i = 0; i < MESSAGES; i++)
		peer_receives(peer, "ab");
}
END_TEST

START_TEST(a_peer_of_tiny_frames_is_read_in_small_pieces)
{
	static const char pong[] = {(char)0x8a, (char)0x80, 0, 0, 0, 0};
	struct buf flood = BUF_INIT;

	for (int i = 0; i < 5000; i++)
		buf_add(&flood, pong, sizeof(pong));
	peer_upgrades(peer, "/ws", "");
	peer_write(peer, buf_str(&flood));
	ck_assert_uint_eq(peer->memory.to_server.len, 0);
	/* the others of the loop have their turn between two pieces */
	stream_memory_write(&peer->memory, buf_str(&flood));
	ck_assert_uint_eq(peer->memory.to_server.len, flood.len - 4096);
	rig_turn(&rig);
	peer_sends(peer, "ab");
	peer_receives(peer, "ab");
	ck_assert(!peer->conn->is_chatty);
	buf_fini(&flood);
}
END_TEST

START_TEST(a_pause_ends_with_the_turn_that_writes_everything)
{
	char kilo[1001] = {0};

	memset(kilo, 'k', 1000);
	peer_upgrades(peer, "/ws", "");
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 5; i++) /* more than queue_soft within a turn */
			peer_frame(peer, WS_TEXT, true, str_from(kilo));
		rig_turn(&rig);
		for (int i = 0; i < 5; i++)
			peer_receives(peer, kilo);
	}
}
END_TEST

START_TEST(a_full_queue_refuses_and_keeps_the_rest)
{
	char kilo[1000];
	struct frame *f;
	int error = 0, n = 0;

	memset(kilo, 'k', 1000);
	f = ws_frame_of(WS_TEXT, (struct str){kilo, 1000});
	peer_upgrades(peer, "/ws", "");
	while (!(error = websocket_send(ws, f)))
		n++;
	ck_assert_int_eq(error, -E_FULL);
	ck_assert_int_eq(n, 15); /* 16 KiB, by 1,004 bytes and the item */
	rig_turn(&rig);
	ck_assert_uint_eq(peer->memory.to_client.len, 15 * 1004);
	ck_assert_int_eq(websocket_send(ws, f), 0);
	frame_unref(f);
}
END_TEST

START_TEST(packets_without_a_message_are_a_flood_when_a_second_brings_too_many)
{
	static const enum ws_opcode kinds[] = {WS_PING, WS_PONG, WS_CONTINUATION};

	rig.config->mounts[0].strays_n = 10; /* and the handshake */
	peer_upgrades(peer, "/ws", "");
	for (int second = 0; second < 2; second++) {
		frame(WS_TEXT, false, "a");
		for (int i = 0; i < 8; i++)
			frame(kinds[_i], _i < 2, "");
		frame(WS_CONTINUATION, true, "b");
		for (int i = 0; i < 100; i++)
			frame(WS_TEXT, true, ""); /* message_rate's business */
		rig_pass(&rig, CONN_SECOND_MS);
	}
	ck_assert_int_eq(messages_n, 202);
	stream_memory_read(&peer->memory, peer->memory.to_client.len);
	frame(WS_TEXT, false, "a");
	for (int i = 0; i < 9; i++)
		frame(kinds[_i], _i < 2, "");
	frame(WS_PONG, true, "");
	rig_turn(&rig);
	ck_assert(peer_is_closed(peer));
	ck_assert_uint_eq(counter_get(&rig.loop[0]->counters, COUNTER_FLOODS), 1);
	ck_assert_uint_eq(counter_get(&rig.loop[0]->counters, COUNTER_STRAY_PACKETS), 29);
	if (_i)
		peer_takes_close(peer, 1008);
}
END_TEST

START_TEST(joined_messages_are_one_item_of_the_queue_and_several_messages)
{
	char kilo[1000];
	struct frame *f, *six;

	memset(kilo, 'k', 1000);
	f = ws_frame_of(WS_TEXT, (struct str){kilo, 1000});
	six = frame_join_all((struct frame *const[]){f, f, f, f, f, f}, 6);
	peer_upgrades(peer, "/ws", "");
	ck_assert_int_eq(websocket_send_joined(ws, six, 6), 0);
	ck_assert_int_eq(websocket_send_joined(ws, six, 6), 0);
	ck_assert_int_eq(websocket_send_joined(ws, six, 6), -E_FULL);
	ck_assert_int_eq(websocket_send_joined(ws, f, 1), 0);
	ck_assert_uint_eq(counter_get(&rig.loop[0]->counters, COUNTER_MESSAGES_OUT), 13);
	rig_turn(&rig);
	ck_assert_uint_eq(peer->memory.to_client.len, 13 * 1004);
	stream_memory_read(&peer->memory, peer->memory.to_client.len);
	websocket_close(ws, 1000, STR(""));
	ck_assert_int_eq(websocket_send_joined(ws, six, 6), -E_GONE);
	frame_unref(six);
	frame_unref(f);
}
END_TEST

/* --- deflate ----------------------------------------------------------------------------- */

START_TEST(joined_messages_are_not_for_who_wants_them_compressed)
{
	struct frame *f = ws_frame_of(WS_TEXT, STR("x")),
		     *two = frame_join_all((struct frame *const[]){f, f}, 2);

	peer_upgrades(peer, "/ws", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
	ck_assert_int_eq(websocket_send_joined(ws, two, 2), -E_UNSUPPORTED);
	ck_assert_int_eq(websocket_send_joined(ws, f, 1), 0);
	rig_turn(&rig);
	ck_assert_uint_eq((uint8_t)peer->memory.to_client.data[0], 0xc1);
	frame_unref(two);
	frame_unref(f);
}
END_TEST

START_TEST(compressed_messages_come_back_compressed)
{
	const char
		*text = "the same words, the same words, the same words, the same words";
	struct deflate_pool *pool = deflate_pool_new();
	struct buf packed = BUF_INIT, plain = BUF_INIT, frame_bytes = BUF_INIT;
	struct str sent;

	peer_upgrades(peer, "/ws", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
	ck_assert_ptr_nonnull(strstr(peer_header(peer, "Sec-WebSocket-Extensions"),
				     "permessage-deflate"));
	ck_assert_int_eq(deflate_message(pool, 15, str_from(text), &packed), 0);
	for (int round = 0; round < 2; round++) {
		const uint8_t head[] = {0xc1, (uint8_t)(0x80 | packed.len), 0, 0, 0, 0};

		buf_clear(&frame_bytes);
		buf_clear(&plain);
		buf_add(&frame_bytes, head, sizeof(head));
		buf_add_str(&frame_bytes, buf_str(&packed));
		peer_write(peer, buf_str(&frame_bytes));
		rig_turn(&rig);
		sent = buf_str(&peer->memory.to_client);
		ck_assert_uint_eq((uint8_t)sent.ptr[0], 0xc1);
		ck_assert_uint_lt(sent.len, strlen(text));
		ck_assert_int_eq(
			inflate_message(pool, 15, str_skip(sent, 2), 1000, &plain), 0);
		ck_assert(str_eq(buf_str(&plain), str_from(text)));
		stream_memory_read(&peer->memory, sent.len);
	}
	buf_fini(&packed);
	buf_fini(&plain);
	buf_fini(&frame_bytes);
	deflate_pool_free(pool);
}
END_TEST

START_TEST(a_bomb_is_1009_and_rubbish_1007)
{
	struct deflate_pool *pool = deflate_pool_new();
	struct buf packed = BUF_INIT;
	char *zeros = calloc(1, 5000);
	uint8_t head[] = {0xc2, 0, 0, 0, 0, 0};

	peer_upgrades(peer, "/ws", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
	if (_i == 0)
		ck_assert_int_eq(
			deflate_message(pool, 15, (struct str){zeros, 5000}, &packed), 0);
	else
		buf_add_str(&packed, STR("\xff\xff\xff\xff"));
	head[1] = (uint8_t)(0x80 | packed.len);
	peer_write(peer, (struct str){(char *)head, sizeof(head)});
	peer_write(peer, buf_str(&packed));
	rig_turn(&rig);
	peer_takes_close(peer, _i == 0 ? 1009 : 1007);
	buf_fini(&packed);
	free(zeros);
	deflate_pool_free(pool);
}
END_TEST

/* --- the handshake ----------------------------------------------------------------------- */

static const struct {
	const char *lines;
	int status;
} handshakes[] = {
	{"", 426},
	{"Connection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Version: 13\r\n"
	 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
	 426},
	{"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n"
	 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
	 426},
	{"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
	 400},
	{"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
	 "Sec-WebSocket-Key: short\r\n",
	 400},
};

START_TEST(a_bad_handshake_is_refused)
{
	peer_asks(peer, "GET", "/ws", handshakes[_i].lines, "");
	peer_gets(peer, handshakes[_i].status, NULL);
	ck_assert_ptr_null(ws);
}
END_TEST

Suite *
websocket_conn_suite(void)
{
	Suite *s = suite_create("websocket_conn");
	TCase *t = tcase_create("websocket_conn");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, messages_come_back_with_their_kind);
	tcase_add_loop_test(t, frames_sent_with_the_handshake_are_read, 0, 180);
	tcase_add_test(
		t,
		a_fragmented_message_comes_back_whole_with_control_frames_answered_between);
	tcase_add_test(t, frames_may_come_byte_by_byte);
	tcase_add_loop_test(t, a_fault_fails_the_connection_with_its_code, 0,
			    sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(t, invalid_utf8_fails_at_its_first_byte);
	tcase_add_loop_test(t, a_message_of_too_many_bytes_or_pieces_is_1009, 0, 2);
	tcase_add_test(t, a_message_at_the_limit_comes_back);
	tcase_add_loop_test(t, a_close_frame_is_answered_with_its_code_and_words, 0, 2);
	tcase_add_test(t, our_close_waits_for_the_answer);
	tcase_add_test(t, a_client_that_does_not_answer_our_close_is_dropped);
	tcase_add_test(t, a_lost_connection_is_1006);
	tcase_add_test(t, aborting_tells_before_it_returns);
	tcase_add_test(t, who_does_not_read_is_not_read_and_loses_nothing);
	tcase_add_test(t, a_peer_of_tiny_frames_is_read_in_small_pieces);
	tcase_add_test(t, many_small_messages_hold_no_more_than_a_few_large_ones);
	tcase_add_test(t, a_pause_ends_with_the_turn_that_writes_everything);
	tcase_add_test(t, a_full_queue_refuses_and_keeps_the_rest);
	tcase_add_loop_test(
		t, packets_without_a_message_are_a_flood_when_a_second_brings_too_many, 0,
		3);
	tcase_add_test(t, joined_messages_are_one_item_of_the_queue_and_several_messages);
	tcase_add_test(t, joined_messages_are_not_for_who_wants_them_compressed);
	tcase_add_test(t, compressed_messages_come_back_compressed);
	tcase_add_loop_test(t, a_bomb_is_1009_and_rubbish_1007, 0, 2);
	tcase_add_loop_test(t, a_bad_handshake_is_refused, 0,
			    sizeof(handshakes) / sizeof(handshakes[0]));
	suite_add_tcase(s, t);
	return s;
}
