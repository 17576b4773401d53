/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/action, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_ACTION_SUITES_H
#define TESTS_UNIT_ACTION_SUITES_H

#include <check.h>

Suite *api_http_suite(void);
Suite *api_json_suite(void);
Suite *api_room_suite(void);
Suite *api_socket_suite(void);
Suite *authorize_suite(void);
Suite *call_suite(void);
Suite *connect_suite(void);
Suite *convert_suite(void);
Suite *event_suite(void);
Suite *form_suite(void);
Suite *handle_suite(void);
Suite *handshake_suite(void);
Suite *memo_suite(void);
Suite *meters_suite(void);
Suite *pool_suite(void);
Suite *refresh_suite(void);
Suite *registry_suite(void);
Suite *repeat_suite(void);
Suite *replay_suite(void);
Suite *scope_suite(void);
Suite *timer_suite(void);
Suite *update_suite(void);

#endif
