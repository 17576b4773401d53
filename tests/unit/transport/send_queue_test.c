/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring against a model that keeps all bytes in one text. */
#include "transport/send_queue.h"

#include "base/buf.h"
#include "unit/transport/suites.h"

#include <malloc.h>
#include <stdlib.h>

static struct frame *
frame_of(const char *text, size_t n)
{
	struct frame *f = frame_new(FRAME_RAW, 0, n);

	if (n)
		memcpy(f->bytes, text, n);
	return f;
}

static void
push(struct send_queue *q, const char *text)
{
	struct frame *f = frame_of(text, strlen(text));

	ck_assert_int_eq(send_queue_push(q, f), 0);
	frame_unref(f);
}

START_TEST(random_writes_take_the_bytes_in_order)
{
	struct send_queue q = {0};
	struct buf model = BUF_INIT;
	char text[300];

	struct frame_joins joins = {0};

	srandom(_i + 1);
	for (int step = 0; step < 3000; step++) {
		struct iovec parts[4];
		struct buf seen = BUF_INIT;
		size_t n = (size_t)random() % 20 ? (size_t)random() % sizeof(text) : 0;
		int parts_n;

		if (random() % 2) {
			struct frame *f;

			for (size_t i = 0; i < n; i++)
				text[i] = (char)random();
			f = frame_of(text, n);
			f->is_shared = random() % 2;
			if (!f->is_shared || !send_queue_join(&q, f, &joins))
				ck_assert_int_eq(send_queue_push(&q, f), 0);
			frame_unref(f);
			buf_add(&model, text, n);
		}
		ck_assert_uint_eq(q.bytes, model.len);
		parts_n = send_queue_parts(&q, parts, 4);
		for (int i = 0; i < parts_n; i++)
			buf_add(&seen, parts[i].iov_base, parts[i].iov_len);
		ck_assert_uint_le(seen.len, model.len);
		if (seen.len)
			ck_assert_mem_eq(seen.data, model.data, seen.len);
		n = seen.len ? (size_t)random() % (seen.len + 1) : 0;
		send_queue_advance(&q, n);
		buf_drop(&model, n);
		buf_fini(&seen);
	}
	send_queue_fini(&q);
	frame_joins_clear(&joins);
	buf_fini(&model);
}
END_TEST

START_TEST(an_empty_queue_holds_no_memory)
{
	struct send_queue q = {0};

	push(&q, "abc");
	send_queue_advance(&q, 3);
	ck_assert_ptr_null(q.ring);
	ck_assert_uint_eq(q.bytes, 0);
	ck_assert_ptr_null(send_queue_pop(&q));
}
END_TEST

START_TEST(a_frame_without_bytes_does_not_stay_behind)
{
	struct send_queue q = {0};

	push(&q, "abc");
	push(&q, "");
	push(&q, "");
	send_queue_advance(&q, 3);
	ck_assert_uint_eq(q.n, 0);
	send_queue_fini(&q);
}
END_TEST

START_TEST(a_popped_frame_takes_its_unsent_bytes_with_it)
{
	struct send_queue q = {0};
	struct frame *f;

	push(&q, "abcdef");
	push(&q, "gh");
	send_queue_advance(&q, 2);
	ck_assert_uint_eq(q.bytes, 6);
	f = send_queue_pop(&q);
	ck_assert_uint_eq(f->len, 6);
	frame_unref(f);
	ck_assert_uint_eq(q.bytes, 2);
	ck_assert_mem_eq(send_queue_at(&q, 0)->bytes, "gh", 2);
	send_queue_fini(&q);
}
END_TEST

START_TEST(what_is_held_counts_each_item_and_not_its_bytes_alone)
{
	struct send_queue q = {0};

	ck_assert_uint_eq(send_queue_held(&q), 0);
	ck_assert(send_queue_fits(&q, 2, 2 + SEND_QUEUE_ITEM_BYTES));
	ck_assert(!send_queue_fits(&q, 2, 1 + SEND_QUEUE_ITEM_BYTES));
	for (int i = 0; i < 100; i++)
		push(&q, "ab");
	ck_assert_uint_eq(send_queue_held(&q), 100 * (2 + SEND_QUEUE_ITEM_BYTES));
	send_queue_advance(&q, 101);
	ck_assert_uint_eq(send_queue_held(&q), 50 * (2 + SEND_QUEUE_ITEM_BYTES) - 1);
	send_queue_fini(&q);
	ck_assert_uint_eq(send_queue_held(&q), 0);
}
END_TEST

START_TEST(an_item_takes_no_more_memory_than_it_is_counted_for)
{
	struct send_queue q = {0};
	size_t before = mallinfo2().uordblks, taken;

	for (int i = 0; i < 1000; i++)
		push(&q, "ab");
	taken = mallinfo2().uordblks - before;
	ck_assert_uint_le(taken, send_queue_held(&q));
	send_queue_fini(&q);
}
END_TEST

START_TEST(a_cut_queue_keeps_what_is_in_front)
{
	struct send_queue q = {0};

	push(&q, "abc");
	push(&q, "def");
	push(&q, "ghi");
	send_queue_advance(&q, 1);
	send_queue_cut(&q, 5);
	ck_assert_uint_eq(q.bytes, 8);
	send_queue_cut(&q, 2);
	ck_assert_uint_eq(q.bytes, 5);
	ck_assert_mem_eq(send_queue_at(&q, 1)->bytes, "def", 3);
	send_queue_cut(&q, 0);
	ck_assert_uint_eq(q.bytes, 0);
	ck_assert_ptr_null(q.ring);
}
END_TEST

START_TEST(one_frame_needs_no_memory)
{
	struct send_queue q = {0};

	push(&q, "abc");
	ck_assert_uint_eq(q.cap, 0);
	push(&q, "def");
	ck_assert_uint_gt(q.cap, 0);
	send_queue_advance(&q, 4);
	push(&q, "ghi");
	ck_assert_mem_eq(send_queue_at(&q, 1)->bytes, "ghi", 3);
	send_queue_fini(&q);
}
END_TEST

START_TEST(shared_frames_that_meet_are_one_for_all_queues)
{
	struct send_queue q[3] = {{.n = 0}, {.n = 0}, {.n = 0}};
	struct frame_joins joins = {0};
	struct frame *f = frame_of("ab", 2), *g = frame_of("cd", 2);

	f->is_shared = g->is_shared = true;
	for (int i = 0; i < 3; i++) {
		ck_assert(!send_queue_join(&q[i], f, &joins));
		ck_assert_int_eq(send_queue_push(&q[i], f), 0);
	}
	send_queue_advance(&q[2], 1); /* some of it is gone: it stays what it is */
	for (int i = 0; i < 2; i++)
		ck_assert(send_queue_join(&q[i], g, &joins));
	ck_assert(!send_queue_join(&q[2], g, &joins));
	ck_assert_uint_eq(q[0].n, 1);
	ck_assert_uint_eq(q[0].bytes, 4);
	ck_assert_mem_eq(send_queue_at(&q[0], 0)->bytes, "abcd", 4);
	ck_assert_ptr_eq(send_queue_at(&q[0], 0), send_queue_at(&q[1], 0));
	frame_joins_clear(&joins);
	frame_unref(f);
	frame_unref(g);
	for (int i = 0; i < 3; i++)
		send_queue_fini(&q[i]);
}
END_TEST

START_TEST(a_frame_is_shared_and_not_copied)
{
	struct send_queue a = {0}, b = {0};
	struct frame *f = frame_of("x", 1);

	ck_assert_int_eq(send_queue_push(&a, f), 0);
	ck_assert_int_eq(send_queue_push(&b, f), 0);
	ck_assert_ptr_eq(send_queue_at(&a, 0), send_queue_at(&b, 0));
	frame_unref(f);
	send_queue_fini(&a);
	ck_assert_mem_eq(send_queue_at(&b, 0)->bytes, "x", 1);
	send_queue_fini(&b);
}
END_TEST

Suite *
send_queue_suite(void)
{
	Suite *s = suite_create("send_queue");
	TCase *t = tcase_create("send_queue");

	tcase_add_loop_test(t, random_writes_take_the_bytes_in_order, 0, 4);
	tcase_add_test(t, an_empty_queue_holds_no_memory);
	tcase_add_test(t, a_frame_without_bytes_does_not_stay_behind);
	tcase_add_test(t, a_popped_frame_takes_its_unsent_bytes_with_it);
	tcase_add_test(t, what_is_held_counts_each_item_and_not_its_bytes_alone);
	tcase_add_test(t, an_item_takes_no_more_memory_than_it_is_counted_for);
	tcase_add_test(t, a_cut_queue_keeps_what_is_in_front);
	tcase_add_test(t, one_frame_needs_no_memory);
	tcase_add_test(t, shared_frames_that_meet_are_one_for_all_queues);
	tcase_add_test(t, a_frame_is_shared_and_not_copied);
	suite_add_tcase(s, t);
	return s;
}
