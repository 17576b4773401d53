/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intrusive doubly linked circular list: a struct list is a head when it stands alone and
 * a link when it stands inside an object. The list owns nothing. One thread.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *prev, *next;
};

#define CONTAINER_OF(pointer, type, member)                                              \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* Visits each link; the body may remove the one it is at. */
#define LIST_EACH(link, head)                                                            \
	for (struct list *link = (head)->next, *link##_next = link->next;                \
	     link != (head); link = link##_next, link##_next = link->next)

static inline void
list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool
list_is_empty(const struct list *l)
{
	return l->next == l;
}

static inline void
list_add_tail(struct list *head, struct list *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

static inline void
list_add_head(struct list *head, struct list *link)
{
	list_add_tail(head->next, link);
}

/* Leaves the link alone and empty, so removing twice is harmless. */
static inline void
list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}

/* Moves all of from to the (empty) head to. */
static inline void
list_take_all(struct list *to, struct list *from)
{
	list_init(to);
	if (list_is_empty(from))
		return;
	*to = *from;
	to->prev->next = to->next->prev = to;
	list_init(from);
}

#endif
