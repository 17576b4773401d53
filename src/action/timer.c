/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/timer.h"

#include "base/errors.h"
#include "base/spare.h"

struct timer {
	uint64_t id;
	struct desk *desk;
	struct wheel_timer wheel;
	struct mail start, stop; /* each is sent once at most */
	struct timer_plan plan;
	bool is_set; /* start was delivered, or was not needed */
	bool is_firing;
	bool is_over;
};

static void
forget(struct timer *t)
{
	if (t->plan.free_fn)
		t->plan.free_fn(t->plan.arg);
	spare_give(t, sizeof(*t));
}

static void
end(struct timer *t)
{
	t->is_over = true;
	if (t->is_set)
		wheel_cancel(&t->desk->loop->wheel, &t->wheel);
	if (t->is_firing || !t->is_set)
		return; /* fire or on_start will come back here */
	handle_remove(&t->desk->timers, t->id);
	forget(t);
}

static void
fire(struct wheel_timer *w)
{
	struct timer *t = CONTAINER_OF(w, struct timer, wheel);
	struct handle_table *timers = &t->desk->timers;

	if (t->plan.repeat_ms ? !handle_is_live(timers, t->id)
			      : !handle_claim(timers, t->id))
		return; /* stopped from elsewhere: that mail is on its way */
	t->is_firing = true;
	t->plan.fn(t->plan.arg);
	t->is_firing = false;
	if (t->is_over || !t->plan.repeat_ms)
		end(t);
	else
		wheel_set(&t->desk->loop->wheel, w,
			  t->desk->loop->now_ms + t->plan.repeat_ms);
}

static void
set(struct timer *t)
{
	t->is_set = true;
	wheel_set(&t->desk->loop->wheel, &t->wheel,
		  t->desk->loop->now_ms + t->plan.first_ms);
}

static void
on_start(struct loop *to, struct mail *m)
{
	struct timer *t = CONTAINER_OF(m, struct timer, start);

	(void)to;
	set(t);
	if (t->is_over)
		end(t);
}

static void
on_stop(struct loop *to, struct mail *m)
{
	(void)to;
	end(CONTAINER_OF(m, struct timer, stop));
}

int
timer_start(struct actions *a, const struct timer_plan *plan, uint64_t *id_out)
{
	struct desk *here = actions_desk_here(a);
	struct timer *t = spare_zeros(sizeof(*t));
	int error = 0;

	if (!t)
		return -E_NOMEM;
	t->desk = here ? here : &a->desks[0];
	t->plan = *plan;
	t->start.deliver = on_start;
	t->stop.deliver = on_stop;
	wheel_timer_init(&t->wheel, fire);
	t->id = handle_add(&t->desk->timers, t);
	if (!t->id) {
		spare_give(t, sizeof(*t));
		return -E_NOMEM;
	}
	*id_out = t->id; /* before it can fire and be forgotten */
	if (here)
		set(t);
	else
		error = desk_post(t->desk, &t->start);
	if (error) {
		handle_remove(&t->desk->timers, t->id);
		spare_give(t, sizeof(*t));
	}
	return error;
}

int
timer_stop(struct actions *a, uint64_t id)
{
	struct desk *d = actions_desk_of(a, id);
	struct timer *t;

	if (!d || !handle_claim(&d->timers, id))
		return -E_LATE;
	t = handle_get(&d->timers, id);
	if (d == actions_desk_here(a))
		end(t);
	else if (desk_post(d, &t->stop))
		return -E_STATE; /* the loops are ending: it will not fire again */
	return 0;
}

void
timer_forget(struct actions *a, const struct tg_host *host)
{
	struct timer *t;

	for (size_t i = 0; i < a->desks_n; i++) {
		struct handle_table *timers = &a->desks[i].timers;

		for (uint32_t at = 0; (t = handle_next(timers, &at));) {
			if (t->plan.host != host || !handle_claim(timers, t->id))
				continue;
			if (t->plan.free_fn)
				t->plan.free_fn(t->plan.arg);
			t->plan.free_fn = NULL; /* its code goes before the timer does */
		}
	}
}

void
timer_free_all(struct desk *d)
{
	struct timer *t;

	for (uint32_t at = 0; (t = handle_next(&d->timers, &at));)
		forget(t);
}
