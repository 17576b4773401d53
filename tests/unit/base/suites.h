/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/base, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_BASE_SUITES_H
#define TESTS_UNIT_BASE_SUITES_H

#include <check.h>

Suite *arena_suite(void);
Suite *buf_suite(void);
Suite *clock_suite(void);
Suite *frame_join_suite(void);
Suite *frame_suite(void);
Suite *idmap_suite(void);
Suite *keymap_suite(void);
Suite *list_suite(void);
Suite *log_suite(void);
Suite *map_suite(void);
Suite *slab_suite(void);
Suite *spare_suite(void);
Suite *str_suite(void);
Suite *uuid_suite(void);

#endif
