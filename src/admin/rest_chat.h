/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a chat backend triggers: messages with their mentions, reactions, who joins and leaves
 * a channel. Handlers of rest_table.h. Source: doc/protocols.md "Where events come from".
 */
#ifndef ADMIN_REST_CHAT_H
#define ADMIN_REST_CHAT_H

#include "admin/rest_call.h"

void rest_message(struct rest_call *c);
void rest_reaction(struct rest_call *c);
void rest_channel_join(struct rest_call *c);
void rest_channel_leave(struct rest_call *c);

/* Does content name @username, as a word of its own? */
bool rest_mentions(struct str content, struct str username);

#endif
