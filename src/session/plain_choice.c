/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/plain_choice.h"

#include "base/errors.h"
#include "proto/websocket.h"
#include "session/arrivals.h"
#include "session/cors.h"
#include "session/credentials.h"

const struct config_mount *
plain_choice_mount(const struct plain_route *route, const struct config_mount *mount,
		   enum config_dialect dialect)
{
	for (size_t i = 0; i < route->mounts_n; i++)
		if (route->mounts[i]->dialect == dialect)
			return route->mounts[i];
	for (size_t i = 0; i < route->config->mounts_n; i++)
		if (route->config->mounts[i].dialect == dialect)
			return &route->config->mounts[i];
	return mount;
}

/* The mount for a dialect that the client named: on a path of several dialects that may be any,
 * on others only what is there. */
static const struct config_mount *
mount_of(const struct plain_route *route, const struct dialect *d)
{
	const struct config_mount *mount;

	if (!d)
		return NULL;
	mount = plain_choice_mount(route, NULL, d->number);
	for (size_t i = 0; i < route->mounts_n; i++)
		if (route->mounts[i] == mount ||
		    route->mounts[i]->dialect == DIALECT_UNDECIDED)
			return mount;
	return NULL;
}

/* "schedule.v1" → schedule; *chosen_out is the item that must be echoed. */
static const struct dialect *
from_subprotocol(struct str list, struct str *chosen_out)
{
	struct str suffix = STR(".v1");

	while (list.ptr) {
		struct str item = str_trim(str_cut(&list, ','));
		const struct dialect *d = NULL;

		if (str_has_suffix(item, suffix))
			d = dialect_named((struct str){item.ptr, item.len - suffix.len});
		if (!d)
			continue;
		*chosen_out = item;
		return d;
	}
	return NULL;
}

/* What the request itself says, else the path's only mount, else undecided. Adds the answer to
 * the offered subprotocols to the request's headers. */
static const struct dialect *
choose(const struct plain_route *route, struct request *r,
       const struct config_mount **mount_out)
{
	struct str list = http_header_list(r->head, STR("sec-websocket-protocol"),
					   &r->arena),
		   chosen = {NULL, 0};
	const struct dialect *d = from_subprotocol(list, &chosen);
	struct str name;

	if (!mount_of(route, d)) {
		d = NULL;
		chosen = (struct str){NULL, 0};
	}
	if (query_get(r->head->uri.query, STR("dialect"), &r->arena, &name) &&
	    mount_of(route, dialect_named(name)))
		d = dialect_named(name);
	if (!chosen.ptr)
		chosen = credentials_subprotocol(list, STR("bearer."));
	/* a browser gives up when none of its subprotocols comes back */
	if (chosen.len)
		buf_printf(&r->headers, "Sec-WebSocket-Protocol: %.*s\r\n",
			   STR_ARG(chosen));
	if (!d)
		d = route->mounts_n > 1 ? &dialect_undecided
					: dialect_of(route->mounts[0]->dialect);
	*mount_out = plain_choice_mount(route, route->mounts[0], d->number);
	return d;
}

void
plain_session_serve(struct request *r)
{
	const struct plain_route *route = r->route->arg;
	const struct config_mount *mount;
	const struct dialect *dialect;
	struct plain_session *p;
	int error = cors_check(route->mounts[0], r) ? 0 : -E_ORIGIN;

	if (error) {
		request_refuse(r, error);
		return;
	}
	dialect = choose(route, r, &mount);
	error = ws_handshake_check(r->head);
	if (!error)
		error = arrivals_admit(route->addresses,
				       route->sessions[r->conn->loop->id]->bad_tokens,
				       mount, r);
	if (!error) {
		p = plain_session_new(route, mount, dialect, r);
		error = p ? plain_session_open(p, r) : -E_NOMEM;
	}
	if (error == -E_HTTP_UPGRADE)
		buf_add_str(&r->headers, STR("Sec-WebSocket-Version: 13\r\n"));
	if (error)
		request_refuse(r, error);
}
