/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sendUpdate: an envelope that nobody asked for, to every socket of a company, on "/" and in
 * its namespaces, or to those of one artifact. Goes out as event `message` with the envelope
 * in a string. Any thread. Source: doc/protocols.md "actions".
 */
#ifndef ACTION_UPDATE_H
#define ACTION_UPDATE_H

#include "action/actions.h"

/* message: a JSON object; type and requestId are put in front where they are missing.
 * artifact may be empty. tally (NULL: nobody) counts the sockets that it reaches.
 * Errors: -E_ARGUMENT when it is none or company is empty, -E_NOMEM, -E_STATE. */
int update_send(struct actions *a, struct str company, struct str message,
		struct str artifact, struct tally *tally) MUST_USE;

#endif
