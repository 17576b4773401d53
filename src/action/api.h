/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table that plugins call through. The functions behind it, grouped by concern, are in
 * api_call.h (offers, answers), api_socket.h, api_room.h, api_host.h (threads, time, log,
 * configuration) and api_json.h; what they promise is said in tidegate/plugin.h.
 */
#ifndef ACTION_API_H
#define ACTION_API_H

#include "tidegate/plugin.h"

const struct tg_api *api_table(void);

#endif
