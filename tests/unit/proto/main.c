/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/proto: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/proto/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		base64_suite,
		coding_suite,
		deflate_negotiate_suite,
		deflate_suite,
		engineio_suite,
		forwarded_suite,
		http_agreement_suite,
		http_body_suite,
		http_head_suite,
		http_llhttp_suite,
		http_suite,
		json_check_suite,
		json_text_suite,
		json_token_suite,
		json_walk_suite,
		jsonp_suite,
		msgpack_json_suite,
		msgpack_suite,
		proxy_header_suite,
		sio_msgpack_suite,
		socketio_suite,
		uri_suite,
		utf8_suite,
		websocket_extensions_suite,
		websocket_frame_suite,
		websocket_handshake_suite,
		websocket_suite,
		NULL,
	};

	return unit_run(suites);
}
