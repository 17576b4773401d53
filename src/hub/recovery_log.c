/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/recovery_log.h"

#include "base/errors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* One sender's events, in a circle: their numbers have no gaps. */
struct lane {
	struct logged **items;
	size_t first, n, cap; /* cap: a power of two, or 0 */
};

struct recovery_log {
	struct logged *head, **tail;
	uint64_t next_at;
	size_t bytes, bytes_max;
	uint32_t senders_n;
	uint64_t *seen, *forgotten; /* by sender */
	struct lane lanes[];
};

struct str
recovery_offset_text(struct recovery_offset o, char out[RECOVERY_OFFSET_BYTES])
{
	int n = snprintf(out, RECOVERY_OFFSET_BYTES, "%" PRIx32 ".%" PRIx64, o.sender,
			 o.number);

	return (struct str){out, (size_t)n};
}

static bool
read_hex(struct str digits, size_t most, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.ptr[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		*out = *out << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return digits.len > 0 && digits.len <= most;
}

bool
recovery_offset_read(struct str text, struct recovery_offset *out)
{
	struct str sender = str_cut(&text, '.');
	uint64_t number;

	if (!text.ptr || !read_hex(sender, 4, &number))
		return false;
	out->sender = (uint32_t)number;
	return read_hex(text, 16, &out->number);
}

struct recovery_log *
recovery_log_new(uint32_t senders_n, size_t bytes_max)
{
	struct recovery_log *log = calloc(1, sizeof(*log) +
						     senders_n * sizeof(log->lanes[0]));

	if (!log)
		return NULL;
	log->seen = calloc(2 * (size_t)senders_n, sizeof(*log->seen));
	if (!log->seen) {
		free(log);
		return NULL;
	}
	log->forgotten = log->seen + senders_n;
	log->senders_n = senders_n;
	log->bytes_max = bytes_max;
	log->tail = &log->head;
	return log;
}

static void
forget_oldest(struct recovery_log *log)
{
	struct logged *e = log->head;
	struct lane *lane = &log->lanes[e->offset.sender];

	log->head = e->next;
	if (!log->head)
		log->tail = &log->head;
	lane->first = (lane->first + 1) & (lane->cap - 1);
	lane->n--;
	log->forgotten[e->offset.sender] = e->offset.number;
	log->bytes -= e->bytes;
	message_unref(e->message);
	free(e);
}

void
recovery_log_free(struct recovery_log *log)
{
	if (!log)
		return;
	while (log->head)
		forget_oldest(log);
	for (uint32_t i = 0; i < log->senders_n; i++)
		free(log->lanes[i].items);
	free(log->seen);
	free(log);
}

static bool
make_place(struct lane *lane)
{
	size_t cap = lane->cap ? 2 * lane->cap : 16;
	struct logged **items;

	if (lane->n < lane->cap)
		return true;
	items = calloc(cap, sizeof(struct logged *));
	if (!items)
		return false;
	for (size_t i = 0; i < lane->n; i++)
		items[i] = lane->items[(lane->first + i) & (lane->cap - 1)];
	free(lane->items);
	*lane = (struct lane){.items = items, .n = lane->n, .cap = cap};
	return true;
}

static struct logged *
logged_new(const struct target *to, struct message *m)
{
	const struct event_out *event = message_event(m);
	size_t names_n = to->rooms_n + to->except_n, text = 0;
	struct logged *e;
	char *at;

	for (size_t i = 0; i < names_n; i++)
		text += (i < to->rooms_n ? to->rooms[i] : to->except[i - to->rooms_n])
				.len;
	e = malloc(sizeof(*e) + names_n * sizeof(struct str) + text);
	if (!e)
		return NULL;
	*e = (struct logged){.message = message_ref(m),
			     .bytes = sizeof(*e) + names_n * sizeof(struct str) + text +
				      2 * (event->name.len + event->args.len) + 256,
			     .rooms_n = (uint32_t)to->rooms_n,
			     .except_n = (uint32_t)to->except_n};
	for (size_t i = 0; i < event->attachments_n; i++)
		e->bytes += 2 * event->attachments[i].len;
	at = (char *)(e->names + names_n);
	for (size_t i = 0; i < names_n; i++)
		e->names[i] = str_put(&at, i < to->rooms_n ? to->rooms[i]
							   : to->except[i - to->rooms_n]);
	return e;
}

/* A hole: what is behind it cannot be told from what is lost in it. */
static void
forget_all(struct recovery_log *log, struct recovery_offset upto)
{
	while (log->head)
		forget_oldest(log);
	log->forgotten[upto.sender] = upto.number;
}

void
recovery_log_add(struct recovery_log *log, struct recovery_offset offset,
		 const struct target *to, struct message *m)
{
	struct lane *lane = &log->lanes[offset.sender];
	struct logged *e = logged_new(to, m);
	uint64_t at = log->next_at++;

	if (offset.number != log->seen[offset.sender] + 1)
		forget_all(log, offset);
	log->seen[offset.sender] = offset.number;
	while (e && log->head && log->bytes + e->bytes > log->bytes_max)
		forget_oldest(log);
	if (!e || e->bytes > log->bytes_max || !make_place(lane)) {
		forget_all(log, offset);
		if (e)
			message_unref(e->message);
		free(e);
		return;
	}
	e->offset = offset;
	e->at = at;
	lane->items[(lane->first + lane->n++) & (lane->cap - 1)] = e;
	*log->tail = e;
	log->tail = &e->next;
	log->bytes += e->bytes;
}

const struct logged *
recovery_log_find(const struct recovery_log *log, struct recovery_offset o)
{
	const struct lane *lane;
	const struct logged *oldest;

	if (o.sender >= log->senders_n || !log->lanes[o.sender].n)
		return NULL;
	lane = &log->lanes[o.sender];
	oldest = lane->items[lane->first];
	if (o.number < oldest->offset.number ||
	    o.number - oldest->offset.number >= lane->n)
		return NULL;
	return lane->items[(lane->first + o.number - oldest->offset.number) &
			   (lane->cap - 1)];
}

const struct logged *
recovery_log_first(const struct recovery_log *log)
{
	return log->head;
}

uint64_t
recovery_log_next_at(const struct recovery_log *log)
{
	return log->next_at;
}

const uint64_t *
recovery_log_seen(const struct recovery_log *log)
{
	return log->seen;
}

const uint64_t *
recovery_log_forgotten(const struct recovery_log *log)
{
	return log->forgotten;
}

size_t
recovery_log_bytes(const struct recovery_log *log)
{
	return log->bytes;
}
