/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/typing.h"

#include "base/errors.h"
#include "base/spare.h"
#include "hub/people.h"

/* So many places one may be typing in at a time; longer contexts are nobody's field names. */
enum { PLACES_MAX = 16, CONTEXT_BYTES_MAX = 256 };

struct typing {
	struct list link;
	struct wheel_timer timer;
	struct speaker *speaker;
	struct str room, context;
	bool is_of_user; /* see dialect.says_user_typing */
	char text[];
};

static void
tell(struct speaker *sp, struct str room, struct str context, bool is_of_user,
     bool is_typing)
{
	struct str own = socket_id(sp->socket), channel = STR("channel:");
	struct target to = {.nsp = STR("/"),
			    .rooms = &room,
			    .rooms_n = 1,
			    .except = &own,
			    .except_n = 1};
	struct event_out event = {.name = is_of_user ? STR("presence.typing")
						     : STR("typing_indicator"),
				  .sender = speaker_username(sp),
				  .user = speaker_user(sp)};
	struct buf data = BUF_INIT;

	buf_add_str(&data, STR("{\"user_id\":"));
	people_write_id(&data, speaker_user(sp));
	if (!is_of_user && str_has_prefix(room, channel)) {
		buf_add_str(&data, STR(",\"channel_id\":"));
		people_write_id(&data, str_skip(room, channel.len));
	}
	buf_add_str(&data, is_of_user ? STR(",\"typing\":") : STR(",\"is_typing\":"));
	buf_add_str(&data, is_typing ? STR("true") : STR("false"));
	if (context.len) {
		buf_add_str(&data, STR(",\"context\":"));
		buf_add_str(&data, context);
	}
	buf_add_char(&data, '}');
	event.args = buf_str(&data);
	if (!data.failed)
		(void)!hub_broadcast(sp->hub->all, sp->hub, &to, &event);
	buf_fini(&data);
}

static void
stop(struct typing *t)
{
	struct speaker *sp = t->speaker;

	list_remove(&t->link);
	wheel_cancel(&sp->hub->loop->wheel, &t->timer);
	tell(sp, t->room, t->context, t->is_of_user, false);
	spare_give(t, sizeof(*t) + t->room.len + t->context.len);
}

static void
on_timer(struct wheel_timer *timer)
{
	stop(CONTAINER_OF(timer, struct typing, timer));
}

static struct typing *
find(struct speaker *sp, struct str room, const struct str *context)
{
	LIST_EACH (link, &sp->typing) {
		struct typing *t = CONTAINER_OF(link, struct typing, link);

		if (str_eq(t->room, room) && (!context || str_eq(t->context, *context)))
			return t;
	}
	return NULL;
}

static void
make_place(struct speaker *sp)
{
	size_t n = 0;

	LIST_EACH (link, &sp->typing)
		n++;
	if (n >= PLACES_MAX)
		stop(CONTAINER_OF(sp->typing.next, struct typing, link));
}

int
typing_set(struct speaker *sp, struct str room, struct str context, bool is_typing)
{
	struct loop *l = sp->hub->loop;
	struct typing *t = find(sp, room, &context);
	char *at;

	if (context.len > CONTEXT_BYTES_MAX)
		return -E_TOO_LARGE;
	if (!is_typing) {
		if (t)
			stop(t);
		else
			tell(sp, room, context, sp->session->dialect->says_user_typing,
			     false);
		return 0;
	}
	if (!t) {
		make_place(sp);
		t = spare_zeros(sizeof(*t) + room.len + context.len);
		if (!t)
			return -E_NOMEM;
		at = t->text;
		t->speaker = sp;
		t->room = str_put(&at, room);
		t->context = str_put(&at, context);
		t->is_of_user = sp->session->dialect->says_user_typing;
		wheel_timer_init(&t->timer, on_timer);
		list_add_tail(&sp->typing, &t->link);
	}
	wheel_set(&l->wheel, &t->timer, l->now_ms + TYPING_MS);
	tell(sp, room, context, t->is_of_user, true);
	return 0;
}

void
typing_clear(struct speaker *sp, struct str room)
{
	struct typing *t = find(sp, room, NULL);

	if (t)
		stop(t);
}

void
typing_clear_all(struct speaker *sp)
{
	while (!list_is_empty(&sp->typing))
		stop(CONTAINER_OF(sp->typing.next, struct typing, link));
}
