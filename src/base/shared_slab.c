/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/shared_slab.h"

void
shared_slab_init(struct shared_slab *s)
{
	pthread_mutex_init(&s->lock, NULL);
	slab_init(&s->slab);
}

void
shared_slab_fini(struct shared_slab *s)
{
	slab_fini(&s->slab);
	pthread_mutex_destroy(&s->lock);
}

void *
shared_slab_new(struct shared_slab *s, size_t n)
{
	void *memory;

	pthread_mutex_lock(&s->lock);
	memory = slab_new(&s->slab, n);
	pthread_mutex_unlock(&s->lock);
	return memory;
}

void
shared_slab_free(struct shared_slab *s, void *memory, size_t n)
{
	pthread_mutex_lock(&s->lock);
	slab_free(&s->slab, memory, n);
	pthread_mutex_unlock(&s->lock);
}
