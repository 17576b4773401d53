/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenes, one suite for each file: declared here, listed in main.c. */
#ifndef TESTS_SCENES_SUITES_H
#define TESTS_SCENES_SUITES_H

#include <check.h>

#endif
