/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/jsonp.h"
#include "base/errors.h"
#include "proto/json.h"
#include "proto/uri.h"

enum { JSONP_INDEX_DIGITS = 10 };

/* U+2028 and U+2029 end a line in JavaScript older than 2019, even inside of a string. */
static bool
is_line_end(const char *at, const char *end)
{
	return end - at >= 3 && at[1] == '\x80' && (at[2] == '\xa8' || at[2] == '\xa9');
}

static void
add_script_string(struct buf *out, struct str quoted)
{
	const char *at = quoted.ptr, *end = at + quoted.len, *clean = at;

	while ((at = memchr(at, '\xe2', (size_t)(end - at)))) {
		if (!is_line_end(at, end)) {
			at++;
			continue;
		}
		buf_add(out, clean, (size_t)(at - clean));
		buf_add_str(out, at[2] == '\xa8' ? STR("\\u2028") : STR("\\u2029"));
		at += 3;
		clean = at;
	}
	buf_add(out, clean, (size_t)(end - clean));
}

void
jsonp_write(struct buf *out, struct str index, struct str payload)
{
	struct buf quoted = BUF_INIT;

	buf_add_str(out, STR("___eio["));
	for (size_t i = 0, digits_n = 0; i < index.len && digits_n < JSONP_INDEX_DIGITS;
	     i++) {
		if (index.ptr[i] < '0' || index.ptr[i] > '9')
			continue;
		buf_add_char(out, index.ptr[i]);
		digits_n++;
	}
	buf_add_str(out, STR("]("));
	json_quote(&quoted, payload);
	if (quoted.failed)
		out->failed = true;
	else
		add_script_string(out, buf_str(&quoted));
	buf_add_str(out, STR(");"));
	buf_fini(&quoted);
}

/* Backslashes before an 'n': one stands for a newline, of more the last was added. */
static size_t
unescape_newlines(struct str text, char *to)
{
	char *start = to;

	for (size_t i = 0; i < text.len;) {
		size_t slashes_n = 0;

		while (i + slashes_n < text.len && text.ptr[i + slashes_n] == '\\')
			slashes_n++;
		if (slashes_n == 0 || i + slashes_n == text.len ||
		    text.ptr[i + slashes_n] != 'n') {
			size_t n = slashes_n ? slashes_n : 1;

			memcpy(to, text.ptr + i, n);
			to += n;
			i += n;
			continue;
		}
		memset(to, '\\', slashes_n - 1);
		to += slashes_n - 1;
		*to++ = slashes_n == 1 ? '\n' : 'n';
		i += slashes_n + 1;
	}
	return (size_t)(to - start);
}

int
jsonp_read(struct str form, struct arena *a, char **payload_out, size_t *n_out)
{
	struct str text;
	char *payload;

	if (!query_get(form, STR("d"), a, &text))
		return -E_PACKET;
	payload = arena_alloc(a, text.len + 1);
	if (!payload)
		return -E_NOMEM;
	*n_out = unescape_newlines(text, payload);
	*payload_out = payload;
	return 0;
}
