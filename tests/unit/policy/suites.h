/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/policy, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_POLICY_SUITES_H
#define TESTS_UNIT_POLICY_SUITES_H

#include <check.h>

Suite *breaker_suite(void);
Suite *identity_suite(void);
Suite *limit_suite(void);
Suite *origin_suite(void);
Suite *rate_suite(void);
Suite *schema_suite(void);
Suite *token_cache_suite(void);
Suite *token_jwks_suite(void);
Suite *token_keys_suite(void);
Suite *token_suite(void);

#endif
