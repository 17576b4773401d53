/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/hub/recovery_rig.h"

#include "net/loop.h"

#include <stdio.h>

struct recovery_rig recovery;

bool
recovery_is_back(void)
{
	char sid[SOCKET_ID_BYTES + 1], pid[32];
	const char *answer = peer_takes_text(recovery.peer);
	bool same;

	ck_assert_msg(sscanf(answer, "40{\"sid\":\"%20[^\"]\",\"pid\":\"%31[^\"]\"}", sid,
			     pid) == 2,
		      "%s", answer);
	same = strcmp(sid, recovery.sid) == 0;
	ck_assert_int_eq(same, strcmp(pid, recovery.pid) == 0);
	strcpy(recovery.sid, sid);
	strcpy(recovery.pid, pid);
	return same;
}

void
recovery_rig_open(const char *root, size_t loops_n)
{
	char settings[256];

	recovery = (struct recovery_rig){0};
	snprintf(settings, sizeof(settings), "    recovery: 1m\n%s", root);
	hub_rig_open(&recovery.h, settings, loops_n);
	recovery.peer = peer_open(&recovery.h.e.rig, 0);
	engine_opens_websocket(&recovery.h.e, recovery.peer);
	peer_sends(recovery.peer, "40");
	recovery_is_back();
	recovery_emits("hello");
	recovery_hears("hello");
}

void
recovery_rig_close(void)
{
	hub_rig_close(&recovery.h);
}

struct socket *
recovery_socket(void)
{
	struct str sid = {recovery.sid, SOCKET_ID_BYTES};
	struct socket *s = NULL;

	for (size_t i = 0; !s && i < recovery.h.hubs.n; i++)
		s = hub_find_socket(recovery.h.hub[i], sid);
	return s;
}

void
recovery_emits(const char *name)
{
	struct event_out event = {.name = str_from(name)};

	ck_assert_int_eq(socket_emit(recovery_socket(), &event, false), 0);
	rig_turn(&recovery.h.e.rig);
}

void
recovery_broadcasts(size_t loop, const char *room, const char *name)
{
	struct str to = str_from(room);
	struct target target = {.nsp = STR("/"), .rooms = &to, .rooms_n = *room != '\0'};
	struct event_out event = {.name = str_from(name)};

	ck_assert_int_eq(
		hub_broadcast(&recovery.h.hubs, recovery.h.hub[loop], &target, &event),
		0);
	rig_turn(&recovery.h.e.rig);
}

void
recovery_hears(const char *name)
{
	char heard[64];
	const char *text = peer_takes_text(recovery.peer);

	ck_assert_msg(sscanf(text, "42[\"%63[^\"]\",\"%31[^\"]\"]", heard,
			     recovery.offset) == 2,
		      "%s", text);
	ck_assert_str_eq(heard, name);
}

void
recovery_loses(void)
{
	conn_close(recovery.peer->conn, 0);
	rig_turn(&recovery.h.e.rig);
	ck_assert_ptr_null(recovery_socket());
}

void
recovery_asks(size_t loop)
{
	char packet[128];

	recovery.peer = peer_open(&recovery.h.e.rig, loop);
	engine_opens_websocket(&recovery.h.e, recovery.peer);
	snprintf(packet, sizeof(packet), "40{\"pid\":\"%s\",\"offset\":\"%s\"}",
		 recovery.pid, recovery.offset);
	peer_frame(recovery.peer, WS_TEXT, true, str_from(packet));
}

bool
recovery_returns(size_t loop)
{
	recovery_asks(loop);
	rig_turn(&recovery.h.e.rig);
	return recovery_is_back();
}
