/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/net, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_NET_SUITES_H
#define TESTS_UNIT_NET_SUITES_H

#include <check.h>

Suite *address_suite(void);
Suite *address_set_suite(void);
Suite *listener_suite(void);
Suite *loop_suite(void);
Suite *stream_suite(void);
Suite *stream_tls_suite(void);
Suite *tls_suite(void);
Suite *wheel_suite(void);

#endif
