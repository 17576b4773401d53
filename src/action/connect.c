/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/connect.h"

#include "action/authorize.h"
#include "action/convert.h"
#include "action/refresh.h"
#include "base/log.h"

#include <stdlib.h>

bool
connect_namespace_exists(const struct actions *a, struct str name)
{
	struct scope scope;

	if (scope_of_namespace(name, &scope))
		return true;
	for (size_t i = 0; i < a->registry.nsps_n; i++)
		if (nsp_matches(a->registry.nsps[i], name, STR("")))
			return true;
	return false;
}

/* Plugins' namespaces may be bound to one mount, and companies to one dialect: the hub has
 * asked for the name alone. */
static bool
is_known(const struct peer *p)
{
	const struct config_mount *mount = socket_mount(p->socket);
	struct str name = socket_nsp(p->socket);

	if (p->nsps_n || p->is_framework || str_eq(name, STR("/")))
		return true;
	for (size_t i = 0; i < mount->namespaces.n; i++)
		if (str_eq(name, str_from(mount->namespaces.items[i])))
			return true;
	return false;
}

static void
refuse(struct peer *p, int error)
{
	struct buf data = BUF_INIT;

	buf_printf(&data, "{\"code\":\"%s\"}", error_name(error));
	if (socket_refuse(p->socket, str_from(error_text(error)),
			  data.failed ? STR("") : buf_str(&data)))
		log_warn("refusal lost", "why=%s", error_name(error));
	buf_fini(&data);
}

/* --- in -------------------------------------------------------------------------------- */

static int
join(struct socket *s, const struct scope *scope)
{
	struct buf room = BUF_INIT;
	int error;

	scope_room(&room, scope);
	error = room.failed ? -E_NOMEM : socket_join(s, buf_str(&room));
	buf_fini(&room);
	return error;
}

/* user:U, company:C, company:C:artifact:A. */
static int
join_own_rooms(struct peer *p)
{
	const struct identity *who = socket_identity(p->socket);
	struct str user = identity_text(who, CLAIM_USER);
	struct scope scope = {identity_text(who, CLAIM_COMPANY), {NULL, 0}};
	struct buf room = BUF_INIT;
	int error = 0;

	if (user.len) {
		buf_add_str(&room, STR("user:"));
		buf_add_str(&room, user);
		error = room.failed ? -E_NOMEM : socket_join(p->socket, buf_str(&room));
		buf_fini(&room);
	}
	if (!error && scope.company.len)
		error = join(p->socket, &scope);
	scope.artifact = peer_artifact(p);
	if (!error && p->sees_artifact)
		error = join(p->socket, &scope);
	return error;
}

static void
enter(struct peer *p)
{
	struct socket *s = p->socket;
	struct tg_handshake h = {.size = sizeof(h)};
	int error = socket_accept(s);

	if (error) {
		log_warn("connect lost", "why=%s", error_name(error));
		return;
	}
	map_remove(&p->desk->asking, socket_id(s));
	p->stage = PEER_ACCEPTED;
	error = scopes_enter(&p->desk->all->scopes, socket_nsp(s));
	if (!error)
		error = join_own_rooms(p);
	if (error) {
		log_warn("rooms not joined", "why=%s", error_name(error));
		socket_disconnect(s, true);
		return;
	}
	refresh_watch(p);
	for (size_t i = 0; i < p->nsps_n && p->stage == PEER_ACCEPTED; i++) {
		const struct tg_namespace *n = &p->nsps[i]->def;

		if (!n->connected)
			continue;
		connect_handshake(s, &h);
		n->connected(to_tg_socket(s), &h, n->state);
	}
}

/* --- plugins --------------------------------------------------------------------------- */

/* Ask one plugin after the other, as long as they answer at once. */
static void
ask_plugins(struct peer *p)
{
	struct tg_handshake h = {.size = sizeof(h)};

	while (p->stage == PEER_ASKING && p->nsps_at < p->nsps_n) {
		const struct tg_namespace *n = &p->nsps[p->nsps_at]->def;

		if (!n->admit) {
			p->nsps_at++;
			continue;
		}
		p->is_asked = p->is_inside = true;
		connect_handshake(p->socket, &h);
		n->admit(to_tg_socket(p->socket), &h, n->state);
		p->is_inside = false;
		if (p->is_asked)
			return; /* it will answer later */
	}
	if (p->stage == PEER_ASKING)
		enter(p);
}

int
connect_accept(struct peer *p)
{
	if (!p->is_asked || p->stage != PEER_ASKING)
		return -E_STATE;
	p->is_asked = false;
	p->nsps_at++;
	if (!p->is_inside)
		ask_plugins(p);
	return 0;
}

int
connect_refuse(struct peer *p, struct str message, struct str data)
{
	if (!p->is_asked || p->stage != PEER_ASKING)
		return -E_STATE;
	p->is_asked = false;
	return socket_refuse(p->socket, message, data);
}

/* --- companies and artifacts ----------------------------------------------------------- */

static void
enter_scope(struct peer *p, bool sees_artifact)
{
	struct scope scope;

	p->sees_artifact = sees_artifact;
	if (scope_of_namespace(socket_nsp(p->socket), &scope) && scope.artifact.len &&
	    !sees_artifact)
		refuse(p, -E_FORBIDDEN);
	else
		ask_plugins(p);
}

struct pending {
	struct desk *desk;
	char sid[SOCKET_ID_BYTES];
};

static void
on_artifact(void *arg, enum authorize_end end)
{
	struct pending *pending = arg;
	struct peer *p = NULL;

	if (end != AUTHORIZE_DROPPED)
		p = peer_find_asking(pending->desk,
				     (struct str){pending->sid, sizeof(pending->sid)});
	free(pending);
	if (p)
		enter_scope(p, end == AUTHORIZE_YES);
}

/* May it see p->artifact? The token says so, or a plugin does. */
static void
ask_artifact(struct peer *p, const struct scope *scope)
{
	struct identity *who = socket_identity(p->socket);
	struct buf room = BUF_INIT;
	struct pending *pending;

	if (identity_has(who, CLAIM_ARTIFACTS, peer_artifact(p))) {
		enter_scope(p, true);
		return;
	}
	pending = malloc(sizeof(*pending));
	scope_room(&room, scope);
	if (!pending || room.failed) {
		free(pending);
		refuse(p, -E_NOMEM);
	} else {
		pending->desk = p->desk;
		memcpy(pending->sid, socket_id(p->socket).ptr, sizeof(pending->sid));
		authorize_ask(p->desk, who, TG_MAY_JOIN, buf_str(&room), on_artifact,
			      pending);
	}
	buf_fini(&room);
}

static void
check_scope(struct peer *p)
{
	struct str company = identity_text(socket_identity(p->socket), CLAIM_COMPANY);
	struct scope scope, named = {company, {NULL, 0}};

	if (scope_of_namespace(socket_nsp(p->socket), &scope)) {
		if (!company.len || !str_eq(scope.company, company)) {
			refuse(p, -E_FORBIDDEN);
			return;
		}
		named.artifact = scope.artifact;
	}
	if (!named.artifact.len)
		(void)socket_query(p->socket, STR("artifactId"), &p->desk->loop->arena,
				   &named.artifact);
	if (!named.artifact.len || !company.len) {
		enter_scope(p, false);
		return;
	}
	p->artifact = str_dup(named.artifact);
	p->artifact_n = (uint32_t)named.artifact.len;
	if (p->artifact)
		ask_artifact(p, &named);
	else
		refuse(p, -E_NOMEM);
}

/* --- the way in ------------------------------------------------------------------------ */

/* Errors: -E_SESSION_REQUIRED, -E_INVALID_SESSION. */
static int
check_session(const struct peer *p)
{
	struct str claimed = identity_text(socket_identity(p->socket), CLAIM_SESSION);
	struct str given;

	if (!socket_query(p->socket, STR("sessionId"), &p->desk->loop->arena, &given))
		given = STR("");
	if (!given.len)
		return socket_mount(p->socket)->session_required ? -E_SESSION_REQUIRED
								 : 0;
	return claimed.len && !str_eq(claimed, given) ? -E_INVALID_SESSION : 0;
}

void
connect_begin(struct actions *a, struct socket *s, struct str auth)
{
	struct peer *p = peer_new(a, s);
	int error;

	(void)auth; /* the handshake has it */
	if (!p) {
		if (socket_refuse(s, str_from(error_text(-E_NOMEM)), STR("")))
			log_warn("refusal lost", "why=%s", error_name(-E_NOMEM));
		return;
	}
	if (!is_known(p)) {
		if (socket_refuse(s, STR("Invalid namespace"), STR("")))
			log_warn("refusal lost", "why=%s", error_name(-E_NOT_FOUND));
		return;
	}
	if (socket_mount(s)->dialect != DIALECT_ACTIONS) {
		ask_plugins(p);
		return;
	}
	error = check_session(p);
	if (error)
		refuse(p, error);
	else
		check_scope(p);
}

void
connect_end(struct socket *s, const char *reason)
{
	struct peer *p = peer_of(s);

	if (!p || p->stage != PEER_ACCEPTED)
		return;
	p->stage = PEER_GONE;
	wheel_cancel(&p->desk->loop->wheel, &p->expiry);
	scopes_leave(&p->desk->all->scopes, socket_nsp(s));
	for (size_t i = 0; i < p->nsps_n; i++) {
		const struct tg_namespace *n = &p->nsps[i]->def;

		if (n->disconnected)
			n->disconnected(to_tg_socket(s), to_tg(str_from(reason)),
					n->state);
	}
}

void
connect_handshake(const struct socket *s, struct tg_handshake *out)
{
	struct handshake h;
	struct tg_handshake full;
	size_t size = out->size;

	socket_handshake(s, &h);
	full = (struct tg_handshake){
		.size = size < sizeof(full) ? size : sizeof(full),
		.auth = to_tg(h.auth),
		.query = to_tg(h.query),
		.headers = to_tg(h.headers),
		.address = to_tg(h.address),
		.url = to_tg(h.url),
		.origin = to_tg(h.origin),
		.transport = to_tg(h.transport),
		.issued_ms = h.issued_ms,
		.secure = h.secure,
		.xdomain = h.xdomain,
		.recovered = socket_is_recovered(s),
	};
	memcpy(out, &full, full.size);
}
