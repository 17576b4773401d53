/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/reading.h"

#include "action/actions.h"
#include "action/convert.h"

void
reading_tell(void *actions, struct str user, int64_t notification, int64_t read_ms)
{
	const struct actions *a = actions;
	struct tg_read read = {
		.size = sizeof(read),
		.user = to_tg(user),
		.notification = notification,
		.read_ms = read_ms,
	};

	for (size_t i = 0; i < a->registry.readers_n; i++)
		a->registry.readers[i].read(&read, a->registry.readers[i].state);
}
