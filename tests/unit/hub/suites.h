/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suites of src/hub, one for each unit: declared here, listed in main.c. */
#ifndef TESTS_UNIT_HUB_SUITES_H
#define TESTS_UNIT_HUB_SUITES_H

#include <check.h>

Suite *batch_suite(void);
Suite *broadcast_suite(void);
Suite *client_suite(void);
Suite *device_suite(void);
Suite *permit_suite(void);
Suite *plain_entry_suite(void);
Suite *presence_suite(void);
Suite *recovery_behind_suite(void);
Suite *recovery_log_suite(void);
Suite *recovery_return_suite(void);
Suite *recovery_suite(void);
Suite *room_suite(void);
Suite *ticket_suite(void);
Suite *tally_suite(void);

#endif
