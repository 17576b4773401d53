/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What plugins offer, and their answers: the first part of struct tg_api.
 * What each does is said in tidegate/plugin.h.
 */
#ifndef ACTION_API_CALL_H
#define ACTION_API_CALL_H

#include "tidegate/plugin.h"

struct buf;

/* What an offer came to; the first fault of an init is the one that is told. Frees *why. */
int api_offered(struct tg_host *host, int error, struct buf *why);

int api_add_action(struct tg_host *host, const struct tg_action *action);
int api_add_namespace(struct tg_host *host, const struct tg_namespace *nsp);
int api_add_authorize(struct tg_host *host,
		      void (*ask)(const struct tg_question *, void *), void *state);
int api_add_read(struct tg_host *host, void (*read)(const struct tg_read *, void *),
		 void *state);
int api_reply_ok(struct tg_host *host, struct tg_call call, struct tg_str data);
int api_reply_error(struct tg_host *host, struct tg_call call, struct tg_str code,
		    struct tg_str message, struct tg_str details);
int api_update(struct tg_host *host, struct tg_call call, struct tg_str data);
bool api_is_open(struct tg_host *host, struct tg_call call);
int api_answer(struct tg_host *host, uint64_t question_id, enum tg_verdict verdict);
bool api_has_permission(const struct tg_identity *who, struct tg_str permission);

#endif
