/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client's User-Agent tells of it. Pure; any thread. */
#ifndef HUB_DEVICE_H
#define HUB_DEVICE_H

#include "base/buf.h"
#include "session/hello.h"

/* Append {"type":"web","browser":"Chrome"}, with "ip" when asked for. type is web, mobile or
 * app; browser null when nothing tells. hello may be NULL. */
void device_write(struct buf *out, const struct session_hello *hello, bool with_address);

#endif
