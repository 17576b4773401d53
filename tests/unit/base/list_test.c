/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/list.h"

#include "unit/base/suites.h"

struct item {
	int number;
	struct list link;
};

static int
sum(struct list *head)
{
	int total = 0;

	LIST_EACH (link, head)
		total = 10 * total + CONTAINER_OF(link, struct item, link)->number;
	return total;
}

START_TEST(links_keep_their_order_and_may_go_while_being_visited)
{
	struct item items[3] = {{.number = 1}, {.number = 2}, {.number = 3}};
	struct list head, other;

	list_init(&head);
	for (int i = 0; i < 3; i++)
		list_add_tail(&head, &items[i].link);
	ck_assert_int_eq(sum(&head), 123);
	list_remove(&items[1].link);
	list_remove(&items[1].link);
	ck_assert_int_eq(sum(&head), 13);
	list_add_head(&head, &items[1].link);
	ck_assert_int_eq(sum(&head), 213);
	list_take_all(&other, &head);
	ck_assert(list_is_empty(&head));
	ck_assert_int_eq(sum(&other), 213);
	LIST_EACH (link, &other)
		list_remove(link);
	ck_assert(list_is_empty(&other));
	list_take_all(&head, &other);
	ck_assert(list_is_empty(&head));
}
END_TEST

Suite *
list_suite(void)
{
	Suite *s = suite_create("list");
	TCase *t = tcase_create("list");

	tcase_add_test(t, links_keep_their_order_and_may_go_while_being_visited);
	suite_add_tcase(s, t);
	return s;
}
