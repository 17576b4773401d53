/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/tally.h"

#include "base/buf.h"
#include "base/spare.h"
#include "hub/hub_inside.h"
#include "hub/socket.h"

/* What one loop found out. Only that loop writes it. */
struct part {
	uint64_t reached_n[REACH_N];
	uint32_t people_n;
	bool is_cut;
	struct buf people; /* for each: a byte of enum reach, the user id, a zero byte */
};

struct tally {
	struct mail home;
	struct loop *asker;
	atomic_size_t under_way;
	uint32_t people_max;
	tally_done_fn *done;
	void *arg;
	size_t parts_n;
	struct part parts[];
};

static size_t
size_of(size_t parts_n)
{
	return sizeof(struct tally) + parts_n * sizeof(struct part);
}

struct tally *
tally_new(struct hubs *all, struct loop *asker, uint32_t people_n, tally_done_fn *done,
	  void *arg)
{
	struct tally *t = spare_zeros(size_of(all->n));

	if (!t)
		return NULL;
	atomic_init(&t->under_way, 1);
	t->asker = asker;
	t->people_max = people_n;
	t->done = done;
	t->arg = arg;
	t->parts_n = all->n;
	return t;
}

void
tally_free(struct tally *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->parts_n; i++)
		buf_fini(&t->parts[i].people);
	spare_give(t, size_of(t->parts_n));
}

static void
come_home(struct loop *l, struct mail *m)
{
	struct tally *t = CONTAINER_OF(m, struct tally, home);

	(void)l;
	t->done(t, t->arg);
}

void
tally_begin(struct tally *t)
{
	atomic_fetch_add_explicit(&t->under_way, 1, memory_order_relaxed);
}

void
tally_end(struct tally *t)
{
	if (atomic_fetch_sub_explicit(&t->under_way, 1, memory_order_acq_rel) != 1)
		return;
	t->home.deliver = come_home;
	loop_post(t->asker, &t->home);
}

static void
note(struct tally *t, struct part *p, struct str user, enum reach reach)
{
	if (p->people_n >= t->people_max) {
		p->is_cut = true;
		return;
	}
	p->people_n++;
	buf_add_char(&p->people, (char)reach);
	buf_add_str(&p->people, user);
	buf_add_char(&p->people, '\0');
}

void
tally_add(struct tally *t, struct socket *s, enum reach reach)
{
	struct part *p = &t->parts[hub_loop(socket_hub(s))->id];

	p->reached_n[reach]++;
	if (t->people_max)
		note(t, p, identity_text(socket_identity(s), CLAIM_USER), reach);
}

uint64_t
tally_count(const struct tally *t, enum reach reach)
{
	uint64_t n = 0;

	for (size_t i = 0; i < t->parts_n; i++)
		n += t->parts[i].reached_n[reach];
	return n;
}

bool
tally_next(const struct tally *t, size_t *at, struct str *user_out, enum reach *reach_out)
{
	size_t skipped = 0;

	for (size_t i = 0; i < t->parts_n; i++) {
		struct str people = buf_str(&t->parts[i].people);

		if (*at >= skipped + people.len || t->parts[i].people.failed) {
			skipped += people.len;
			continue;
		}
		people = str_skip(people, *at - skipped);
		*reach_out = (enum reach)people.ptr[0];
		*user_out = str_from(people.ptr + 1);
		*at += user_out->len + 2;
		return true;
	}
	return false;
}

bool
tally_is_cut(const struct tally *t)
{
	for (size_t i = 0; i < t->parts_n; i++)
		if (t->parts[i].is_cut || t->parts[i].people.failed)
			return true;
	return false;
}
