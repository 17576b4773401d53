/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /api/v1/messages/{id}/why: a handler of rest_table.h. */
#ifndef ADMIN_REST_WHY_H
#define ADMIN_REST_WHY_H

#include "admin/rest_call.h"

void rest_why(struct rest_call *c);

#endif
