/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is where on this node: rooms, members, connections, presence. Handlers of rest_table.h. */
#ifndef ADMIN_REST_QUERY_H
#define ADMIN_REST_QUERY_H

#include "admin/rest_call.h"

void rest_rooms(struct rest_call *c);
void rest_members(struct rest_call *c);
void rest_connections(struct rest_call *c);
void rest_presence(struct rest_call *c);

#endif
