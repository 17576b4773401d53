/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Immutable counted bytes on their way to one or many sockets. A frame made for a message
 * carries its WebSocket header in front of the payload, so that WebSocket members share all
 * of it and polling ones share the payload. Filled by its maker before the first frame_ref,
 * read-only afterwards. References: any thread.
 */
#ifndef BASE_FRAME_H
#define BASE_FRAME_H

#include "base/str.h"

#include <stdatomic.h>

enum frame_kind {
	FRAME_RAW,    /* bytes of an HTTP answer: no header, no payload view */
	FRAME_TEXT,   /* WebSocket text message */
	FRAME_BINARY, /* WebSocket binary message */
	FRAME_CONTROL /* WebSocket control frame: never leaves over polling */
};

struct frame {
	atomic_uint refs;
	uint32_t len;      /* all bytes, header included */
	uint8_t head;      /* bytes of WebSocket header at the start */
	uint8_t kind;      /* enum frame_kind */
	bool more_follows; /* the next frame of the queue belongs to it (attachments) */
	bool is_shared;    /* made for many: worth joining with others (frame_join.h) */
	uint8_t window;    /* of a compressed form: bits of the window it was made for */
	uint16_t unused;   /* bytes behind the last one that were asked for as well */
	/* the same message compressed, once somebody did: a form leads to the next; owned */
	_Atomic(struct frame *) deflated;
	char bytes[];
};

/* One reference, contents undefined. NULL when memory is short or n above 2^31. */
struct frame *frame_new(enum frame_kind kind, size_t head, size_t n) MUST_USE;

/* It became shorter than was asked for, by less than 64 KiB: len bytes in all. By its maker. */
static inline void
frame_shorten(struct frame *f, size_t len)
{
	f->unused = (uint16_t)(f->len - len);
	f->len = (uint32_t)len;
}

struct frame *frame_ref(struct frame *f);
void frame_unref(struct frame *f); /* NULL is allowed */

/* The form of f compressed for a window of so many bits, borrowed; NULL: nobody made it yet.
 * Any thread. */
struct frame *frame_deflated(const struct frame *f, uint8_t window_bits);

/* Hang such a form on f, for everybody. Owns: takes its own reference. Any thread. */
void frame_add_deflated(struct frame *f, uint8_t window_bits, struct frame *form);

static inline struct str
frame_payload(const struct frame *f)
{
	return (struct str){f->bytes + f->head, f->len - f->head};
}

#endif
