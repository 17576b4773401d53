/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/transport, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_TRANSPORT_SUITES_H
#define TESTS_UNIT_TRANSPORT_SUITES_H

#include <check.h>

Suite *admission_suite(void);
Suite *client_address_suite(void);
Suite *conn_suite(void);
Suite *http_conn_suite(void);
Suite *http_server_suite(void);
Suite *proxy_conn_suite(void);
Suite *router_suite(void);
Suite *send_queue_suite(void);
Suite *static_files_suite(void);
Suite *websocket_conn_suite(void);

#endif
