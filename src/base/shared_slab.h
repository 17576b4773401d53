/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A slab for tables that all loops share, with a lock of its own: what rests in them comes and
 * goes with connections, never with messages. Thread: any, but init and fini.
 */
#ifndef BASE_SHARED_SLAB_H
#define BASE_SHARED_SLAB_H

#include "base/slab.h"

#include <pthread.h>

struct shared_slab {
	pthread_mutex_t lock;
	struct slab slab;
};

void shared_slab_init(struct shared_slab *s);
void shared_slab_fini(struct shared_slab *s);

/* As slab_new and slab_free. */
void *shared_slab_new(struct shared_slab *s, size_t n) MUST_USE;
void shared_slab_free(struct shared_slab *s, void *memory, size_t n);

#endif
