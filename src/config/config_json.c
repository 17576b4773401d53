/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_json.h"

static size_t
digits_at(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9')
		n++;
	return n;
}

/* RFC 8259 6: what JSON calls a number, not all of what YAML does. */
static bool
is_number(struct str s)
{
	size_t at = s.len && s.ptr[0] == '-', n = digits_at(s, at);

	if (n == 0 || (n > 1 && s.ptr[at] == '0'))
		return false;
	at += n;
	if (at < s.len && s.ptr[at] == '.') {
		n = digits_at(s, ++at);
		if (n == 0)
			return false;
		at += n;
	}
	if (at < s.len && (s.ptr[at] == 'e' || s.ptr[at] == 'E')) {
		at++;
		at += at < s.len && (s.ptr[at] == '+' || s.ptr[at] == '-');
		n = digits_at(s, at);
		if (n == 0)
			return false;
		at += n;
	}
	return at == s.len;
}

static void
write_string(struct str s, struct buf *out)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == '"' || c == '\\')
			buf_add_char(out, '\\');
		if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_char(out, '"');
}

static void
write_text(const struct config_node *node, struct buf *out)
{
	struct str s = node->text;

	if (config_node_is_empty(node) || (node->is_plain && str_eq(s, STR("~"))))
		buf_add_str(out, STR("null"));
	else if (node->is_plain && (str_eq(s, STR("true")) || str_eq(s, STR("false")) ||
				    str_eq(s, STR("null")) || is_number(s)))
		buf_add_str(out, s);
	else
		write_string(s, out);
}

void
config_json_write(const struct config_node *node, const struct config_path *path,
		  struct config_report *report, struct buf *out)
{
	struct config_path here = {.up = path};

	if (node->kind == NODE_TEXT) {
		write_text(node, out);
		return;
	}
	buf_add_char(out, node->kind == NODE_MAP ? '{' : '[');
	for (const struct config_node *c = node->first; c; c = c->next) {
		here.name = c->name;
		if (node->kind == NODE_MAP && config_node_find(node, c->name) != c)
			config_report_name(report, c, &here, "duplicate key");
		if (node->kind == NODE_MAP) {
			write_string(c->name, out);
			buf_add_char(out, ':');
		}
		config_json_write(c, &here, report, out);
		here.index++;
		if (c->next)
			buf_add_char(out, ',');
	}
	buf_add_char(out, node->kind == NODE_MAP ? '}' : ']');
}
