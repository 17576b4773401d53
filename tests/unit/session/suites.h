/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/session, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_SESSION_SUITES_H
#define TESTS_UNIT_SESSION_SUITES_H

#include <check.h>

Suite *bad_tokens_suite(void);
Suite *credentials_suite(void);
Suite *engine_suite(void);
Suite *headers_suite(void);
Suite *session_suite(void);
Suite *sid_suite(void);
Suite *upgrade_suite(void);

#endif
