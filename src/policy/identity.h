/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who a connection speaks for: the verified claims of a token, immutable and counted, one
 * allocation of the payload plus some 50 bytes. Ids are texts inside; a claim that is a
 * number is kept in its canonical text ("42", never "42.0" or "4.2e1").
 * References: any thread.
 */
#ifndef POLICY_IDENTITY_H
#define POLICY_IDENTITY_H

#include "base/errors.h"
#include "base/str.h"
#include "config/config.h"

struct identity;

/* From the payload of a verified token (JSON object, at most 60,000 bytes). names are the
 * configured claim names: a member of that name, else a path of members joined by dots
 * ("realm_access.roles"); an empty name or a null claim is absent.
 * Errors: -E_INVALID_TOKEN for text that is no JSON object or claims of a wrong type (also an
 * id that is no whole number or holds U+0000), -E_NOMEM. Owns: *out holds one reference. */
int identity_new(struct str claims_json, char *const names[CLAIM_N],
		 struct identity **out) MUST_USE;

/* Nobody in particular: all claims empty. NULL when memory is short. */
struct identity *identity_anonymous(void) MUST_USE;

struct identity *identity_ref(struct identity *who);
void identity_unref(struct identity *who); /* NULL is allowed */

/* A single claim (user, username, email, company, session); empty when absent. */
struct str identity_text(const struct identity *who, enum config_claim claim);

/* Does a list claim (artifacts … topics) hold this text (or number)? A list claim may also be
 * one text with blanks between the items, as OAuth scopes are. Nothing holds the empty text. */
bool identity_has(const struct identity *who, enum config_claim claim, struct str value);

/* Walk a list claim; *at starts at 0. The slice lives as long as the identity. */
bool identity_each(const struct identity *who, enum config_claim claim, size_t *at,
		   struct str *value_out);

/* The whole payload as JSON text. */
struct str identity_claims(const struct identity *who);

/* exp in seconds since the epoch, rounded down; 0 when the token has none. */
int64_t identity_expires_s(const struct identity *who);

/* A NumericDate in whole seconds, rounded towards the shorter life of the token: up for the
 * start of a span, down for its end. False when value is no number. Source: RFC 7519 2. */
bool identity_date(struct str value, bool is_start, int64_t *seconds_out);

#endif
