/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who and what is on one loop: for queries of operators and backends. Thread: its loop. */
#ifndef HUB_CENSUS_H
#define HUB_CENSUS_H

#include "hub/hub.h"

/* Visit each room of a namespace with the number of its members. The visitor changes nothing. */
void census_each_room(struct hub *h, struct str nsp,
		      void (*visit)(void *arg, struct str name, uint32_t members_n),
		      void *arg);

/* Visit each connected socket, of all namespaces. The visitor changes nothing. */
void census_each_socket(struct hub *h, void (*visit)(void *arg, struct socket *s),
			void *arg);

/* Visit the members of a room in all namespaces. The visitor changes nothing. */
void census_each_member(struct hub *h, struct str room,
			void (*visit)(void *arg, struct socket *s), void *arg);

#endif
