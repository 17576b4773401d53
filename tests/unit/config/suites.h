/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/config, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_CONFIG_SUITES_H
#define TESTS_UNIT_CONFIG_SUITES_H

#include <check.h>

Suite *config_check_suite(void);
Suite *config_diff_suite(void);
Suite *config_form_suite(void);
Suite *config_json_suite(void);
Suite *config_keys_suite(void);
Suite *config_read_suite(void);
Suite *config_sample_suite(void);
Suite *config_source_suite(void);
Suite *config_value_suite(void);
Suite *config_yaml_suite(void);
Suite *options_suite(void);

#endif
