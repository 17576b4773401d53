/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/api.h"

#include "action/api_call.h"
#include "action/api_host.h"
#include "action/api_http.h"
#include "action/api_json.h"
#include "action/api_room.h"
#include "action/api_socket.h"

static const struct tg_api table = {
	.size = sizeof(table),
	.add_action = api_add_action,
	.add_namespace = api_add_namespace,
	.add_authorize = api_add_authorize,
	.add_read = api_add_read,
	.reply_ok = api_reply_ok,
	.reply_error = api_reply_error,
	.update = api_update,
	.is_open = api_is_open,
	.answer = api_answer,
	.has_permission = api_has_permission,
	.socket_id = api_socket_id,
	.socket_nsp = api_socket_nsp,
	.identity = api_identity,
	.handshake = api_handshake,
	.header = api_header,
	.query = api_query,
	.handshake_json = api_handshake_json,
	.set_data = api_set_data,
	.data = api_data,
	.accept = api_accept,
	.refuse = api_refuse,
	.emit = api_emit,
	.emit_ack = api_emit_ack,
	.ack = api_ack,
	.join = api_join,
	.leave = api_leave,
	.is_in = api_is_in,
	.next_room = api_next_room,
	.disconnect = api_disconnect,
	.broadcast = api_broadcast,
	.join_all = api_join_all,
	.leave_all = api_leave_all,
	.disconnect_all = api_disconnect_all,
	.send_update = api_send_update,
	.on_socket = api_on_socket,
	.visit = api_visit,
	.in_pool = api_in_pool,
	.timer_start = api_timer_start,
	.timer_stop = api_timer_stop,
	.now_ms = api_now_ms,
	.mono_ms = api_mono_ms,
	.log = api_log,
	.config = api_config,
	.add_counter = api_add_counter,
	.count = api_count,
	.add_headers = api_add_headers,
	.request_header = api_request_header,
	.set_header = api_set_header,
	.json_get = api_json_get,
	.json_next = api_json_next,
	.json_arg = api_json_arg,
	.json_int = api_json_int,
	.json_double = api_json_double,
	.json_text = api_json_text,
	.json_quote = api_json_quote,
};

const struct tg_api *
api_table(void)
{
	return &table;
}
