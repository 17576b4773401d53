/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One socket, as plugins handle it: a part of struct tg_api. Its loop only.
 * What each does is said in tidegate/plugin.h.
 */
#ifndef ACTION_API_SOCKET_H
#define ACTION_API_SOCKET_H

#include "tidegate/plugin.h"

struct tg_str api_socket_id(const struct tg_socket *s);
struct tg_str api_socket_nsp(const struct tg_socket *s);
const struct tg_identity *api_identity(struct tg_socket *tg);
int api_handshake(struct tg_socket *s, struct tg_handshake *out);
bool api_header(struct tg_socket *s, struct tg_str name, struct tg_str *value_out);
bool api_query(struct tg_socket *tg, struct tg_str name, struct tg_str *value_out);
struct tg_str api_handshake_json(struct tg_socket *tg);
int api_set_data(struct tg_host *host, struct tg_socket *s, void *data,
		 void (*free_fn)(void *));
void *api_data(struct tg_host *host, struct tg_socket *s);
int api_accept(struct tg_socket *s);
int api_refuse(struct tg_socket *s, struct tg_str message, struct tg_str data);
int api_disconnect(struct tg_socket *s, bool close);
int api_join(struct tg_socket *s, struct tg_str room);
int api_leave(struct tg_socket *s, struct tg_str room);
bool api_is_in(struct tg_socket *s, struct tg_str room);
bool api_next_room(struct tg_socket *s, size_t *at, struct tg_str *room_out);
int api_emit(struct tg_socket *s, struct tg_str event, struct tg_args args,
	     bool is_volatile);
int api_emit_ack(struct tg_socket *tg, struct tg_str event, struct tg_args args,
		 uint32_t timeout_ms, tg_ack_fn *fn, void *arg);
int api_ack(struct tg_socket *s, uint64_t ack_id, struct tg_args args);

#endif
