/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/shared_slab.h"

#include <stdlib.h>

#include "unit/base/suites.h"

enum { CELLS = 4000 };

static struct slab slab;

static struct cell {
	unsigned char *bytes;
	size_t n;
	unsigned char mark;
} cells[CELLS];

static bool
is_filled(const struct cell *c, unsigned char with)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->bytes[i] != with)
			return false;
	return true;
}

static void
take(struct cell *c)
{
	c->n = 1 + (size_t)random() % (SLAB_CELL_BYTES_MAX + 100);
	c->mark = (unsigned char)random();
	c->bytes = slab_new(&slab, c->n);
	ck_assert_ptr_nonnull(c->bytes);
	ck_assert_uint_eq((uintptr_t)c->bytes % 8, 0);
	ck_assert(is_filled(c, 0));
	memset(c->bytes, c->mark, c->n);
}

static void
give_back(struct cell *c)
{
	ck_assert(is_filled(c, c->mark));
	slab_free(&slab, c->bytes, c->n);
	c->bytes = NULL;
}

START_TEST(cells_are_zero_and_nobody_elses)
{
	slab_init(&slab);
	srandom(3);
	for (int step = 0; step < 60000; step++) {
		struct cell *c = &cells[random() % CELLS];

		if (c->bytes)
			give_back(c);
		else
			take(c);
	}
	for (int i = 0; i < CELLS; i++)
		if (cells[i].bytes)
			give_back(&cells[i]);
	ck_assert_uint_eq(slab.used_bytes, 0);
	slab_fini(&slab);
}
END_TEST

START_TEST(blocks_go_back_when_their_cells_have)
{
	slab_init(&slab);
	for (int i = 0; i < CELLS; i++)
		cells[i].bytes = slab_new(&slab, 200);
	for (int i = 0; i < CELLS; i++)
		slab_free(&slab, cells[i].bytes, 200);
	ck_assert_uint_eq(slab.used_bytes, 0);
	ck_assert_uint_le(slab.block_bytes, SLAB_BLOCK_BYTES);
	slab_fini(&slab);
	ck_assert_uint_eq(slab.block_bytes, 0);
}
END_TEST

START_TEST(a_size_that_comes_and_goes_keeps_its_block)
{
	enum { SIZES = 3 };
	size_t bytes = 0;

	slab_init(&slab);
	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < SIZES; i++)
			cells[i].bytes = slab_new(&slab, 100 * (i + 1));
		if (round)
			ck_assert_uint_eq(slab.block_bytes, bytes);
		bytes = slab.block_bytes;
		for (size_t i = 0; i < SIZES; i++)
			slab_free(&slab, cells[i].bytes, 100 * (i + 1));
		ck_assert_uint_eq(slab.block_bytes, bytes);
	}
	slab_fini(&slab);
	ck_assert_uint_eq(slab.block_bytes, 0);
}
END_TEST

START_TEST(what_was_given_back_is_taken_first)
{
	size_t bytes;

	slab_init(&slab);
	for (int i = 0; i < CELLS; i++)
		cells[i].bytes = slab_new(&slab, 48);
	bytes = slab.block_bytes;
	for (int round = 0; round < 10; round++) {
		for (int i = round; i < CELLS; i += 7)
			slab_free(&slab, cells[i].bytes, 48);
		for (int i = round; i < CELLS; i += 7)
			cells[i].bytes = slab_new(&slab, 48);
	}
	ck_assert_uint_eq(slab.block_bytes, bytes);
	for (int i = 0; i < CELLS; i++)
		slab_free(&slab, cells[i].bytes, 48);
	slab_fini(&slab);
}
END_TEST

static void *
come_and_go(void *arg)
{
	struct shared_slab *shared = arg;
	void *mine[20];

	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < 20; i++) {
			mine[i] = shared_slab_new(shared, 40);
			memset(mine[i], 1, 40);
		}
		for (size_t i = 0; i < 20; i++)
			shared_slab_free(shared, mine[i], 40);
	}
	return NULL;
}

START_TEST(threads_may_share_a_slab_that_has_a_lock)
{
	struct shared_slab shared;
	pthread_t other;

	shared_slab_init(&shared);
	ck_assert_int_eq(pthread_create(&other, NULL, come_and_go, &shared), 0);
	come_and_go(&shared);
	pthread_join(other, NULL);
	ck_assert_uint_eq(shared.slab.used_bytes, 0);
	shared_slab_fini(&shared);
}
END_TEST

Suite *
slab_suite(void)
{
	Suite *s = suite_create("slab");
	TCase *t = tcase_create("slab");

	tcase_add_test(t, cells_are_zero_and_nobody_elses);
	tcase_add_test(t, blocks_go_back_when_their_cells_have);
	tcase_add_test(t, a_size_that_comes_and_goes_keeps_its_block);
	tcase_add_test(t, what_was_given_back_is_taken_first);
	tcase_add_test(t, threads_may_share_a_slab_that_has_a_lock);
	suite_add_tcase(s, t);
	return s;
}
