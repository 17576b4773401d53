/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acknowledgements that clients owe us: each is told once, with the client's arguments, when
 * its time is over, or when the socket goes. Thread: the socket's loop.
 */
#ifndef HUB_ACK_H
#define HUB_ACK_H

#include "hub/socket.h"

/* Does the client owe as many as its mount lets it? */
bool ack_is_full(const struct socket *s);

/* Wait for the acknowledgement id of s; timeout_ms 0: as long as the socket lives.
 * Errors: -E_NOMEM. */
int ack_await(struct socket *s, uint64_t id, uint32_t timeout_ms, socket_ack_fn *on_ack,
	      void *arg) MUST_USE;

/* The client's answer. False: nobody waits for one with this id. */
bool ack_arrived(struct socket *s, uint64_t id, struct str args,
		 const struct str *attachments, size_t attachments_n);

/* Nobody will answer any more. */
void ack_fail_all(struct socket *s, int error);

#endif
