/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/speaker_filter.h"

#include "base/errors.h"
#include "base/spare.h"

#include <stdio.h>
#include <stdlib.h>

enum { DATE_BYTES = 10 };

static struct filter *
find(const struct speaker *sp, struct str event)
{
	for (size_t i = 0; i < sp->filters_n; i++)
		if (str_eq(sp->filters[i].event, event))
			return &sp->filters[i];
	return NULL;
}

static bool
fits(const struct speaker *sp, const struct filter *f, struct str data)
{
	struct str value, text;

	if (f->employee.len && json_get(data, STR("employee_id"), &value)) {
		text = plain_value_text(value, &sp->hub->loop->arena);
		if (!str_eq(text, f->employee))
			return false;
	}
	if (!*f->start && !*f->end)
		return true;
	if (!json_get(data, STR("date"), &value) || !json_borrow_string(value, &text) ||
	    text.len < DATE_BYTES)
		return true;
	return (!*f->start || memcmp(text.ptr, f->start, DATE_BYTES) >= 0) &&
	       (!*f->end || memcmp(text.ptr, f->end, DATE_BYTES) <= 0);
}

bool
speaker_filter_passes(const struct speaker *sp, const struct event_out *event)
{
	struct str name = event->plain_name.len ? event->plain_name : event->name, type;
	struct str data = event->plain_name.len ? event->plain_data : event->args;
	char room[ROOM_NAME_BYTES_MAX];
	const struct filter *f;
	int n;

	if (!sp->session || !dialect_filters(sp->session->dialect, name, &type))
		return true;
	n = snprintf(room, sizeof(room), "%s%.*s", sp->session->dialect->prefix,
		     STR_ARG(type));
	if (!socket_is_in(sp->socket, (struct str){room, (size_t)n}))
		return false;
	f = find(sp, type);
	return !f || fits(sp, f, data);
}

static void
fini(struct filter *f)
{
	spare_give(f->text, f->event.len + f->employee.len);
}

static void
take_date(char out[DATE_BYTES + 1], struct str value)
{
	*out = '\0';
	if (!value.ptr || json_kind(value) != JSON_STRING_KIND)
		return;
	memcpy(out, value.ptr + 1, DATE_BYTES);
	out[DATE_BYTES] = '\0';
}

/* Room for one more at the end, which is not counted yet. NULL when memory is short. */
static struct filter *
make_place(struct speaker *sp)
{
	struct filter *grown = reallocarray(sp->filters, sp->filters_n + 1,
					    sizeof(*grown));

	if (!grown)
		return NULL;
	sp->filters = grown;
	grown[sp->filters_n] = (struct filter){.text = NULL};
	return &grown[sp->filters_n];
}

int
speaker_filter_set(struct speaker *sp, struct str event, struct str employee,
		   struct str start, struct str end)
{
	struct filter f = {.text = NULL}, *place = find(sp, event);
	struct str id = plain_value_text(employee, &sp->hub->loop->arena);
	char *at;

	batch_settle(sp->socket);
	take_date(f.start, start);
	take_date(f.end, end);
	if (employee.ptr && json_kind(employee) == JSON_NULL_KIND)
		id.len = 0;
	if (!id.len && !*f.start && !*f.end) {
		speaker_filter_drop(sp, event);
		return 0;
	}
	at = f.text = spare_take(event.len + id.len);
	if (f.text && !place && (place = make_place(sp)))
		sp->filters_n++;
	if (!f.text || !place) {
		spare_give(f.text, event.len + id.len);
		speaker_filter_drop(sp, event);
		return -E_NOMEM;
	}
	f.event = str_put(&at, event);
	f.employee = str_put(&at, id);
	fini(place);
	*place = f;
	return 0;
}

void
speaker_filter_drop(struct speaker *sp, struct str event)
{
	struct filter *f = find(sp, event);

	if (!f)
		return;
	fini(f);
	*f = sp->filters[--sp->filters_n];
}

void
speaker_filter_drop_all(struct speaker *sp)
{
	while (sp->filters_n)
		fini(&sp->filters[--sp->filters_n]);
	free(sp->filters);
	sp->filters = NULL;
}
