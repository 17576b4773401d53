/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom a publish means: people, companies, artifacts, topics and events as the rooms they are.
 * Source: doc/protocols.md "One model under all five".
 */
#ifndef ADMIN_REST_AIM_H
#define ADMIN_REST_AIM_H

#include "admin/rest_call.h"

/* message: checked JSON of a publish. Its texts live as long as the call. Errors: -E_NOMEM. */
int rest_aim(struct rest_call *c, struct str message, struct target *out) MUST_USE;

/* The same without the users among the rooms: they are excepted, for they hear it otherwise.
 * Errors: -E_NOMEM. */
int rest_aim_past_users(struct rest_call *c, struct str message,
			struct target *to) MUST_USE;

/* The room that plain dialects print: the first of rooms, else none. */
struct str rest_aim_room(struct rest_call *c, struct str message);

/* prefix and id as the name of one room; empty when memory is short. */
struct str rest_room(struct rest_call *c, const char *prefix, struct str id);
/* The room of a company, or of one of its artifacts (not empty). */
struct str rest_artifact_room(struct rest_call *c, struct str company,
			      struct str artifact);

#endif
