/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/admin, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_ADMIN_SUITES_H
#define TESTS_UNIT_ADMIN_SUITES_H

#include <check.h>

Suite *idempotency_suite(void);
Suite *notify_db_suite(void);
Suite *rest_table_suite(void);

#endif
