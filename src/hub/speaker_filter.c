/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/speaker_filter.h"

#include "base/errors.h"

#include <stdio.h>
#include <stdlib.h>

enum { DATE_BYTES = 10 };

static struct filter *
find(const struct speaker *sp, struct str event)
{
	for (size_t i = 0; i < sp->filters_n; i++)
		if (str_eq(str_from(sp->filters[i].event), event))
			return &sp->filters[i];
	return NULL;
}

static bool
fits(const struct speaker *sp, const struct filter *f, struct str data)
{
	struct str value, text;

	if (f->employee && json_get(data, STR("employee_id"), &value)) {
		text = plain_value_text(value, &sp->hub->loop->arena);
		if (!str_eq(text, str_from(f->employee)))
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
	free(f->event);
	free(f->employee);
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

int
speaker_filter_set(struct speaker *sp, struct str event, struct str employee,
		   struct str start, struct str end)
{
	struct filter *grown, f = {NULL, NULL, "", ""};
	struct str id = plain_value_text(employee, &sp->hub->loop->arena);

	speaker_filter_drop(sp, event);
	take_date(f.start, start);
	take_date(f.end, end);
	if (employee.ptr && json_kind(employee) == JSON_NULL_KIND)
		id.len = 0;
	if (!id.len && !*f.start && !*f.end)
		return 0;
	f.event = str_dup(event);
	f.employee = id.len ? str_dup(id) : NULL;
	grown = reallocarray(sp->filters, sp->filters_n + 1, sizeof(f));
	if (grown)
		sp->filters = grown;
	if (!grown || !f.event || (id.len && !f.employee)) {
		fini(&f);
		return -E_NOMEM;
	}
	sp->filters[sp->filters_n++] = f;
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
