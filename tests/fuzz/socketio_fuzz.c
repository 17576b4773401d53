/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO text packets. One that is taken must have its slices inside the text, and must be
 * taken again after it was put together from its parts. */
#include "target.h"

#include "proto/socketio.h"

#include <stdlib.h>

static const struct sio_limits limits = {{32, 1000}, 16, 128};

static void
check_inside(struct str slice, struct str text)
{
	if (slice.len &&
	    (slice.ptr < text.ptr || slice.ptr + slice.len > text.ptr + text.len))
		abort();
}

static void
check_again(const struct sio_packet *p)
{
	struct buf text = BUF_INIT;
	struct sio_packet again;

	sio_packet_head(&text, p->type, p->attachments, p->nsp,
			p->has_id ? &p->id : NULL);
	buf_add_str(&text, p->data);
	if (sio_packet_parse(buf_str(&text), &limits, &again) != 0)
		abort();
	if (again.type != p->type || again.has_id != p->has_id || again.id != p->id ||
	    again.attachments != p->attachments || !str_eq(again.nsp, p->nsp) ||
	    !str_eq(again.data, p->data) || !str_eq(again.event, p->event) ||
	    !str_eq(again.args, p->args))
		abort();
	buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct sio_packet p;

	if (sio_packet_parse(text, &limits, &p) != 0)
		return 0;
	if (p.nsp.len > 1)
		check_inside(p.nsp, text);
	check_inside(p.query, text);
	check_inside(p.data, text);
	check_inside(p.event, p.data);
	check_inside(p.args, p.data);
	if (p.data.len && json_check(p.data, &limits.json, NULL) != 0)
		abort();
	if (sio_type_is_binary(p.type) && sio_count_placeholders(p.data) != p.attachments)
		abort();
	check_again(&p);
	return 0;
}
