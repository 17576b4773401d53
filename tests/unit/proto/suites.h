/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/proto, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_PROTO_SUITES_H
#define TESTS_UNIT_PROTO_SUITES_H

#include <check.h>

Suite *base64_suite(void);
Suite *coding_suite(void);
Suite *deflate_negotiate_suite(void);
Suite *deflate_suite(void);
Suite *engineio_suite(void);
Suite *forwarded_suite(void);
Suite *http_agreement_suite(void);
Suite *http_body_suite(void);
Suite *http_head_suite(void);
Suite *http_llhttp_suite(void);
Suite *http_suite(void);
Suite *json_check_suite(void);
Suite *json_text_suite(void);
Suite *json_token_suite(void);
Suite *json_walk_suite(void);
Suite *jsonp_suite(void);
Suite *msgpack_json_suite(void);
Suite *msgpack_suite(void);
Suite *proxy_header_suite(void);
Suite *sio_msgpack_suite(void);
Suite *socketio_suite(void);
Suite *uri_suite(void);
Suite *utf8_suite(void);
Suite *websocket_extensions_suite(void);
Suite *websocket_frame_suite(void);
Suite *websocket_handshake_suite(void);
Suite *websocket_suite(void);

#endif
