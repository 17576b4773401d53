/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is in which room, for the test page. Never routed outside demo mode. Thread: the
 * request's loop. */
#ifndef ADMIN_DEMO_ROOMS_H
#define ADMIN_DEMO_ROOMS_H

#include "transport/request.h"

/* GET /demo/rooms: {"rooms":[{"room":R,"members":[{"user":U,"dialect":D}]}]}, all loops
 * together. Its argument is the struct hubs. */
void demo_rooms_serve(struct request *r);

#endif
