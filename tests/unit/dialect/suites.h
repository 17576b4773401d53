/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/dialect, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_DIALECT_SUITES_H
#define TESTS_UNIT_DIALECT_SUITES_H

#include <check.h>

Suite *dialect_suite(void);
Suite *envelope_suite(void);
Suite *plain_suite(void);
Suite *template_suite(void);

#endif
