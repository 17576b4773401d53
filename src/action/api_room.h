/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many sockets, as plugins handle them: a part of struct tg_api. Any thread.
 * What each does is said in tidegate/plugin.h.
 */
#ifndef ACTION_API_ROOM_H
#define ACTION_API_ROOM_H

#include "tidegate/plugin.h"

int api_broadcast(struct tg_host *host, const struct tg_target *to, struct tg_str name,
		  struct tg_args args);
int api_join_all(struct tg_host *host, const struct tg_target *who, struct tg_str room);
int api_leave_all(struct tg_host *host, const struct tg_target *who, struct tg_str room);
int api_disconnect_all(struct tg_host *host, const struct tg_target *who, bool close);
int api_send_update(struct tg_host *host, struct tg_str company, struct tg_str message,
		    struct tg_str artifact);
int api_on_socket(struct tg_host *host, struct tg_str socket_id,
		  void (*fn)(struct tg_socket *s, void *arg), void *arg);
int api_visit(struct tg_host *host, struct tg_str nsp, struct tg_str room,
	      void (*visit)(struct tg_socket *s, void *arg), void (*done)(void *arg),
	      void *arg);

#endif
