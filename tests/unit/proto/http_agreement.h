/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does llhttp see a head as the parser does? Whatever the parser accepts, llhttp has to accept
 * and to cut into the same slices with the same body behind, also where the parser did not ask
 * it. Unit tests and the fuzzer hold each head that is accepted against this.
 */
#ifndef TESTS_UNIT_PROTO_HTTP_AGREEMENT_H
#define TESTS_UNIT_PROTO_HTTP_AGREEMENT_H

#include "proto/http.h"

/* h is of http_parser_head: its slices lie in one section. True too where there is nothing to
 * compare: a target in absolute form is rewritten. */
bool http_agreement(const struct http_head *h);

#endif
