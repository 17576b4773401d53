/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plain dialect: what a client sends becomes a verb whose slots lie inside it, or an error
 * that is told as JSON; taken as data of events and replies it is printed as JSON.
 * FUZZED: the dialect. */
#include "target.h"

#include "dialect/plain.h"

#include <stdlib.h>

static const struct json_limits limits = {32, 1000};
/* Room for what shapes add, and for data that stands in one several times. */
static const struct json_limits wide = {40, 20000};

static void
check_json(struct buf *out)
{
	if (out->failed || json_check(buf_str(out), &wide, NULL) != 0)
		abort();
	buf_fini(out);
}

static void
print(struct str data)
{
	struct words words = {.data = data, .room = STR("channel:1")};
	struct buf out = BUF_INIT;

	words.event = STR("not.known");
	plain_write_event(&FUZZED, &words, &out);
	check_json(&out);
	for (const struct event_row *row = FUZZED.events; row->name; row++) {
		words.event = str_from(row->name);
		plain_write_event(&FUZZED, &words, &out);
		check_json(&out);
	}
	for (int reply = 0; reply < REPLY_N; reply++)
		if (plain_write_reply(&FUZZED, (enum reply)reply, &words, &out))
			check_json(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct words words = {.wall_ms = 0};
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct verb v;
	int error = plain_read(&FUZZED, text, &limits, &v);

	for (int i = 0; !error && i < SLOT_N; i++) {
		const struct str *slot = &v.slots[i];

		if (slot->ptr &&
		    (slot->ptr < text.ptr || slot->ptr + slot->len > text.ptr + text.len))
			abort();
		if (plain_text(&v, (enum verb_slot)i, &a).len > size * 3)
			abort();
	}
	if (error) {
		words.where = str_from(v.where);
		plain_write_error(&FUZZED, error, v.kind, &words, &out);
		check_json(&out);
	}
	if (error != -E_JSON_SYNTAX)
		print(json_trim(text));
	arena_fini(&a);
	return 0;
}
