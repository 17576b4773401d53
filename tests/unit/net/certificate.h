/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate of its own for each test, in files that go with it. */
#ifndef TESTS_UNIT_NET_CERTIFICATE_H
#define TESTS_UNIT_NET_CERTIFICATE_H

struct certificate {
	char folder[64], certificate[96], key[96];
};

/* A new key and its self-signed certificate in a new folder. */
void certificate_make(struct certificate *c);
void certificate_remove(struct certificate *c);

#endif
