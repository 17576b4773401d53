/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the words of plugins and our own: texts, arguments, errors, identities. The border
 * is here and nowhere else. Any thread.
 */
#ifndef ACTION_CONVERT_H
#define ACTION_CONVERT_H

#include "base/buf.h"
#include "hub/message.h"
#include "policy/identity.h"
#include "tidegate/plugin.h"

struct socket;

static inline struct tg_str
to_tg(struct str s)
{
	return (struct tg_str){s.ptr, s.len};
}

static inline struct str
from_tg(struct tg_str s)
{
	return (struct str){s.ptr, s.len};
}

/* A tg_socket is a socket under another name. */
static inline struct tg_socket *
to_tg_socket(struct socket *s)
{
	return (struct tg_socket *)(void *)s;
}

static inline struct socket *
from_tg_socket(const struct tg_socket *s)
{
	return (struct socket *)(uintptr_t)s;
}

/* -E_NAME → TG_E_NAME; 0 stays 0. */
int to_tg_error(int error);

/* Texts are borrowed from who. */
void tg_identity_of(const struct identity *who, struct tg_identity *out);

enum { CONVERT_ATTACHMENTS_MAX = 64 };

/* A plugin's arguments, checked. */
struct checked_args {
	struct str json; /* slice of the plugin's text */
	struct str attachments[CONVERT_ATTACHMENTS_MAX];
	size_t attachments_n;
};

/* Are they JSON values with commas, and do placeholders and binaries fit?
 * Errors: -E_ARGUMENT, -E_TOO_LARGE above CONVERT_ATTACHMENTS_MAX binaries, -E_NOMEM. */
int check_args(struct tg_args args, struct checked_args *out) MUST_USE;

/* One JSON value? Errors: -E_ARGUMENT. */
int check_json(struct tg_str value) MUST_USE;

/* The one value of a checked text, without the blanks around it. */
struct str value_of(struct str json);

/* Attachments of a client as a plugin sees them. out: room for n. */
void to_tg_list(const struct str *from, size_t n, struct tg_str *out);

#endif
