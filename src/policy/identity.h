/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who a connection speaks for: the verified claims of a token, immutable and counted, one
 * allocation. Ids are texts inside; a claim that is a number is kept in its canonical text.
 * References: any thread.
 */
#ifndef POLICY_IDENTITY_H
#define POLICY_IDENTITY_H

#include "base/str.h"
#include "config/config.h"

struct identity;

/* From the payload of a verified token (JSON object). names are the configured claim names.
 * Errors: -E_INVALID_TOKEN for claims of a wrong type, -E_NOMEM. */
int identity_new(struct str claims_json, char *const names[CLAIM_N], struct identity **out)
	MUST_USE;

/* Nobody in particular: all claims empty. NULL when memory is short. */
struct identity *identity_anonymous(void) MUST_USE;

struct identity *identity_ref(struct identity *who);
void identity_unref(struct identity *who); /* NULL is allowed */

/* A single claim (user, username, email, company, session); empty when absent. */
struct str identity_text(const struct identity *who, enum config_claim claim);

/* Does a list claim (artifacts … topics) hold this text (or number)? A list claim may also be
 * one text with blanks between the items, as OAuth scopes are. */
bool identity_has(const struct identity *who, enum config_claim claim, struct str value);

/* Walk a list claim; *at starts at 0. The slice lives as long as the identity. */
bool identity_each(const struct identity *who, enum config_claim claim, size_t *at,
		   struct str *value_out);

/* The whole payload as JSON text. */
struct str identity_claims(const struct identity *who);

/* exp in seconds since the epoch, 0 when the token has none. */
int64_t identity_expires_s(const struct identity *who);

#endif
