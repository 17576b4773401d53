/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people read about the keys: the sample and the manual page hold what the rows say. */
#include "config/config_sample.h"

#include "base/errors.h"
#include "unit/config/load.h"
#include "unit/config/suites.h"

#include <stdio.h>
#include <stdlib.h>

/* A file of the source tree, zero-terminated. */
static void
read_source(const char *path, struct buf *out)
{
	const char *top = getenv("TG_SOURCE");
	char name[4096];
	FILE *file;
	char *to;

	snprintf(name, sizeof(name), "%s/%s", top ? top : ".", path);
	file = fopen(name, "rb");
	ck_assert_msg(file != NULL, "%s cannot be read", name);
	to = buf_reserve(out, 256 * 1024);
	ck_assert_ptr_nonnull(to);
	out->len += fread(to, 1, 256 * 1024, file);
	fclose(file);
	buf_add_char(out, '\0');
}

/* The test fails with the place of what it should be, ready to be copied over. */
static void
assert_same(const char *path, const char *found, const struct buf *wanted)
{
	char name[4096];
	const char *slash = strrchr(path, '/');
	FILE *file;

	ck_assert(!wanted->failed);
	if (strcmp(found, wanted->data) == 0)
		return;
	snprintf(name, sizeof(name), "%s.wanted", slash ? slash + 1 : path);
	file = fopen(name, "wb");
	if (file) {
		fputs(wanted->data, file);
		fclose(file);
	}
	ck_abort_msg("%s is not what the rows say, which lies in ./%s", path, name);
}

START_TEST(the_example_is_the_sample)
{
	struct buf found = BUF_INIT, wanted = BUF_INIT;

	config_sample(&wanted);
	buf_add_char(&wanted, '\0');
	read_source("examples/tidegate.yaml", &found);
	assert_same("examples/tidegate.yaml", found.data, &wanted);
	buf_fini(&found);
	buf_fini(&wanted);
}
END_TEST

static void
assert_same_member(const struct config_row *row, const void *a_struct,
		   const void *b_struct)
{
	const char *a = (const char *)a_struct + row->offset;
	const char *b = (const char *)b_struct + row->offset;
	const char *a_text, *b_text;

	switch (row->type) {
	case TYPE_WORD:
	case TYPE_TEXT:
	case TYPE_SECRET:
		memcpy(&a_text, a, sizeof(a_text));
		memcpy(&b_text, b, sizeof(b_text));
		ck_assert_str_eq(a_text, b_text);
		break;
	case TYPE_BOOL:
		ck_assert_msg(memcmp(a, b, sizeof(bool)) == 0, "%s", row->name);
		break;
	case TYPE_RATE:
		ck_assert_msg(memcmp(a, b, sizeof(double) + sizeof(uint32_t)) == 0, "%s",
			      row->name);
		break;
	case TYPE_TEXTS:
		ck_assert_msg(memcmp(a + sizeof(void *), b + sizeof(void *),
				     sizeof(size_t)) == 0,
			      "%s", row->name);
		break;
	case TYPE_PLUGINS:
	case TYPE_SECTION:
	case TYPE_ITEMS:
		break;
	default:
		ck_assert_msg(memcmp(a, b, sizeof(uint32_t)) == 0, "%s", row->name);
	}
}

static void
assert_same_config(const struct config *a, const struct config *b)
{
	ck_assert_uint_eq(a->listeners_n, b->listeners_n);
	ck_assert_uint_eq(a->mounts_n, b->mounts_n);
	ck_assert_uint_eq(a->token.keys_n, b->token.keys_n);
	ck_assert_uint_eq(a->plugins_n, b->plugins_n);
	for (size_t i = 0; i < config_rows_n; i++) {
		const struct config_row *row = &config_rows[i];

		if (row->scope == SCOPE_AUTHORIZE)
			assert_same_member(row, &a->authorize, &b->authorize);
		else if (row->scope == SCOPE_HTTP)
			assert_same_member(row, &a->http, &b->http);
		else if (row->scope == SCOPE_TOKEN || row->scope == SCOPE_CLAIMS)
			assert_same_member(row, &a->token, &b->token);
		else if (row->scope == SCOPE_LISTENER)
			for (size_t j = 0; j < a->listeners_n; j++)
				assert_same_member(row, &a->listeners[j],
						   &b->listeners[j]);
		else if (row->scope == SCOPE_MOUNT)
			for (size_t j = 0; j < a->mounts_n; j++)
				assert_same_member(row, &a->mounts[j], &b->mounts[j]);
		else if (row->scope != SCOPE_KEY && row->scope != SCOPE_RATE)
			assert_same_member(row, a, b);
	}
}

START_TEST(the_sample_says_what_holds_anyway)
{
	struct config *with, *without = load_good("");
	struct buf sample = BUF_INIT;

	config_sample(&sample);
	buf_add_char(&sample, '\0');
	with = load_good(sample.data);
	assert_same_config(with, without);
	config_unref(with);
	config_unref(without);
	buf_fini(&sample);
}
END_TEST

/* Take away each "#" that has only blanks before it and none behind it. */
static unsigned
uncomment(char *text)
{
	unsigned settings_n = 0;
	bool at_start = true;
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (at_start && *from == '#' && from[1] != ' ' && from[1] != '\n') {
			settings_n++;
			at_start = false;
			continue;
		}
		at_start = *from == '\n' || (at_start && *from == ' ');
		*to++ = *from;
	}
	*to = '\0';
	return settings_n;
}

START_TEST(a_setting_without_its_mark_says_what_holds_anyway)
{
	struct config *with, *without = load_good("");
	struct buf sample = BUF_INIT;

	config_sample(&sample);
	buf_add_char(&sample, '\0');
	ck_assert_uint_gt(uncomment(sample.data), 70);
	/* An empty secret in the file would hide nothing: the variable goes before it. But
	 * message_size, now given, no longer follows max_payload; both are 1 MB. */
	with = load_good(sample.data);
	assert_same_config(with, without);
	config_unref(with);
	config_unref(without);
	buf_fini(&sample);
}
END_TEST

START_TEST(a_key_is_in_the_sample)
{
	const struct config_row *row = &config_rows[_i];
	struct buf sample = BUF_INIT;
	char line[128];

	config_sample(&sample);
	buf_add_char(&sample, '\0');
	snprintf(line, sizeof(line), "%s:", row->name);
	if (row->scope != SCOPE_RATE)
		ck_assert_msg(strstr(sample.data, line) != NULL, "%s", row->name);
	buf_fini(&sample);
}
END_TEST

/* --- the manual page ------------------------------------------------------------------ */

/* A line of troff: hyphens and backslashes as they are, never a request. */
static void
add_troff(struct str text, struct buf *out)
{
	if (text.len && (text.ptr[0] == '.' || text.ptr[0] == '\''))
		buf_add_str(out, STR("\\&"));
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\\')
			buf_add_str(out, STR("\\e"));
		else if (text.ptr[i] == '-')
			buf_add_str(out, STR("\\-"));
		else
			buf_add_char(out, text.ptr[i]);
}

static void
add_scope(enum config_scope scope, const char *way, struct buf *out)
{
	for (size_t i = 0; i < config_rows_n; i++) {
		const struct config_row *row = &config_rows[i];
		struct buf text = BUF_INIT;

		if (row->scope != scope || row->type == TYPE_SECTION ||
		    row->type == TYPE_ITEMS)
			continue;
		buf_printf(out, ".TP\n.B %s%s\n", way, row->name);
		config_sample_help(row, &text);
		add_troff(buf_str(&text), out);
		if (!row->fallback)
			buf_add_str(out, STR("\nMust be given.\n"));
		else if (*row->fallback) {
			buf_add_str(out, STR("\nDefault: "));
			add_troff(str_from(row->fallback), out);
			buf_add_str(out, STR(".\n"));
		} else {
			buf_add_char(out, '\n');
		}
		buf_fini(&text);
	}
	for (size_t i = 0; i < config_rows_n; i++) {
		const struct config_row *row = &config_rows[i];
		char name[128];

		if (row->scope != scope ||
		    (row->type != TYPE_SECTION && row->type != TYPE_ITEMS))
			continue;
		snprintf(name, sizeof(name), "%s%s%s", way, row->name,
			 row->type == TYPE_ITEMS ? ".N." : ".");
		buf_printf(out, ".SS %s%s\n%s\n", way, row->name, row->help);
		add_scope(row->child, name, out);
	}
}

START_TEST(the_manual_page_says_what_the_rows_say)
{
	static const char from[] = ".\\\" --- keys ---\n",
			  to[] = ".\\\" --- end of keys ---\n";
	struct buf page = BUF_INIT, wanted = BUF_INIT;
	const char *begin, *end;

	read_source("man/tidegate.yaml.5", &page);
	begin = strstr(page.data, from);
	end = strstr(page.data, to);
	ck_assert(begin && end && begin < end);
	buf_add(&wanted, page.data, (size_t)(begin - page.data) + strlen(from));
	add_scope(SCOPE_ROOT, "", &wanted);
	buf_add_str(&wanted, str_from(end));
	buf_add_char(&wanted, '\0');
	assert_same("man/tidegate.yaml.5", page.data, &wanted);
	buf_fini(&page);
	buf_fini(&wanted);
}
END_TEST

START_TEST(the_conformance_configuration_is_good)
{
	struct buf text = BUF_INIT;
	struct config *c;

	read_source("tests/conformance.yaml", &text);
	ck_assert_int_eq(load(text.data, NULL, NULL, &c), 0);
	ck_assert_str_eq(c->listeners[0].address, "127.0.0.1:3000");
	ck_assert_uint_eq(c->mounts_n, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(c->mounts[i].auth, AUTH_NONE);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(c->mounts[i].ping_interval_ms, 300);
		ck_assert_uint_eq(c->mounts[i].ping_timeout_ms, 200);
		ck_assert_uint_eq(c->mounts[i].max_payload_bytes, 1000000);
		ck_assert_uint_eq(c->mounts[i].recovery_ms, 0);
		ck_assert(c->mounts[i].eio3 && c->mounts[i].polling &&
			  c->mounts[i].websocket);
	}
	ck_assert(!c->mounts[1].session_required);
	ck_assert_uint_eq(c->mounts[1].connect_timeout_ms, 1000);
	ck_assert_uint_eq(c->mounts[2].message_bytes, 16777216);
	ck_assert(c->mounts[2].deflate);
	config_unref(c);
	buf_fini(&text);
}
END_TEST

Suite *
config_sample_suite(void)
{
	Suite *suite = suite_create("config_sample");
	TCase *tcase = tcase_create("pages");

	tcase_add_test(tcase, the_example_is_the_sample);
	tcase_add_test(tcase, the_sample_says_what_holds_anyway);
	tcase_add_test(tcase, a_setting_without_its_mark_says_what_holds_anyway);
	tcase_add_loop_test(tcase, a_key_is_in_the_sample, 0, (int)config_rows_n);
	tcase_add_test(tcase, the_manual_page_says_what_the_rows_say);
	tcase_add_test(tcase, the_conformance_configuration_is_good);
	suite_add_tcase(suite, tcase);
	return suite;
}
