/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/gather.h"

#include "hub/hub_inside.h"

#include <stdlib.h>

struct letter {
	struct mail mail;
	struct round *round;
	struct gather_part part;
};

struct round {
	struct gather gather;
	struct hubs *all;
	struct loop *asker;
	struct mail home;
	atomic_size_t missing_n;
	struct gather_part *parts;
	struct letter letters[];
};

static void
come_home(struct loop *l, struct mail *m)
{
	struct round *r = CONTAINER_OF(m, struct round, home);
	size_t n = r->all->n;

	(void)l;
	for (size_t i = 0; i < n; i++)
		r->parts[i] = r->letters[i].part;
	r->gather.done(r->gather.arg, r->parts, n);
	for (size_t i = 0; i < n; i++)
		buf_fini(&r->parts[i].bytes);
	free(r->parts);
	free(r);
}

static void
on_letter(struct loop *l, struct mail *m)
{
	struct letter *letter = CONTAINER_OF(m, struct letter, mail);
	struct round *r = letter->round;

	r->gather.ask(r->all->hub[l->id], r->gather.arg, &letter->part);
	if (atomic_fetch_sub_explicit(&r->missing_n, 1, memory_order_acq_rel) != 1)
		return;
	r->home.deliver = come_home;
	loop_post(r->asker, &r->home);
}

int
gather_start(struct hubs *all, struct loop *asker, const struct gather *g)
{
	struct round *r = calloc(1, sizeof(*r) + all->n * sizeof(r->letters[0]));

	if (r)
		r->parts = calloc(all->n, sizeof(r->parts[0]));
	if (!r || !r->parts) {
		free(r);
		return -E_NOMEM;
	}
	r->gather = *g;
	r->all = all;
	r->asker = asker;
	atomic_init(&r->missing_n, all->n);
	for (size_t i = 0; i < all->n; i++) {
		r->letters[i].mail.deliver = on_letter;
		r->letters[i].round = r;
	}
	for (size_t i = 0; i < all->n; i++)
		loop_post(all->hub[i]->loop, &r->letters[i].mail);
	return 0;
}
