/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Done on behalf of people: join, leave, disconnect, log in. Handlers of rest_table.h. */
#ifndef ADMIN_REST_PEOPLE_H
#define ADMIN_REST_PEOPLE_H

#include "admin/rest_call.h"

void rest_join(struct rest_call *c);
void rest_leave(struct rest_call *c);
void rest_disconnect(struct rest_call *c);
/* A token for whoever asks: demo mode only. */
void rest_login(struct rest_call *c);

#endif
