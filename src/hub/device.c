/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/device.h"

#include "proto/json.h"

static bool
holds(struct str text, const char *word)
{
	return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

/* The order counts: most browsers also name those they descend from. */
static const char *
browser_of(struct str agent)
{
	static const struct {
		const char *mark, *name;
	} rows[] = {
		{"Edg", "Edge"},         {"OPR/", "Opera"},
		{"Firefox/", "Firefox"}, {"HeadlessChrome/", "Chrome"},
		{"Chrome/", "Chrome"},   {"CriOS/", "Chrome"},
		{"Safari/", "Safari"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (holds(agent, rows[i].mark))
			return rows[i].name;
	return NULL;
}

void
device_write(struct buf *out, const struct session_hello *hello, bool with_address)
{
	struct str agent = {NULL, 0};
	const char *browser = NULL, *type = "app";
	char address[ADDRESS_TEXT_BYTES];

	if (hello)
		agent = session_hello_header(hello, STR("user-agent"));
	if (agent.len)
		browser = browser_of(agent);
	if (browser)
		type = holds(agent, "Mobi") || holds(agent, "Android") ? "mobile" : "web";
	buf_add_str(out, STR("{\"type\":\""));
	buf_add_str(out, str_from(type));
	buf_add_str(out, STR("\",\"browser\":"));
	if (browser)
		json_quote(out, str_from(browser));
	else if (agent.len)
		json_quote(out, str_cut(&agent, '/'));
	else
		buf_add_str(out, STR("null"));
	if (with_address && hello) {
		address_text(&hello->peer, address);
		buf_add_str(out, STR(",\"ip\":\""));
		buf_add_str(out, str_from(address));
		buf_add_char(out, '"');
	}
	buf_add_char(out, '}');
}
