/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each row of keys.def, by itself and in a loaded snapshot. */
#include "config/config_keys.h"

#include "base/errors.h"
#include "config/config_source.h"
#include "config/config_value.h"
#include "unit/config/load.h"
#include "unit/config/suites.h"

#include <ctype.h>
#include <stdio.h>

static struct arena arena;

union member {
	bool truth;
	uint32_t number;
	double real;
	int choice;
	struct config_rate rate;
	char *text;
};

/* Set text in a row that is moved to the beginning of *m. */
static int
set(const struct config_row *row, const char *text, union member *m)
{
	struct config_row moved = *row;

	moved.offset = 0;
	memset(m, 0, sizeof(*m));
	return config_value_set(&moved, str_from(text), &arena, m);
}

static bool
is_number(const struct config_row *row)
{
	return row->type == TYPE_COUNT || row->type == TYPE_TIME ||
	       row->type == TYPE_SECONDS || row->type == TYPE_BYTES;
}

static bool
is_scalar(const struct config_row *row)
{
	return row->type < TYPE_TEXTS;
}

START_TEST(a_default_is_valid_in_every_dialect)
{
	const struct config_row *row = &config_rows[_i];
	union member m;

	for (int d = 0; d < DIALECT_N; d++) {
		const char *text = config_keys_default(row, (enum config_dialect)d);

		if (is_scalar(row) && text)
			ck_assert_msg(set(row, text, &m) == 0, "%s: %s", row->name, text);
	}
}
END_TEST

START_TEST(the_bounds_are_valid_and_one_beyond_is_not)
{
	const struct config_row *row = &config_rows[_i];
	const char *unit = row->type == TYPE_TIME      ? "ms"
			   : row->type == TYPE_SECONDS ? "s"
						       : "";
	uint64_t min, max;
	union member m;
	char beyond[64];

	if (!is_number(row))
		return;
	ck_assert_int_eq(set(row, row->min, &m), 0);
	ck_assert_int_eq(set(row, row->max, &m), 0);
	ck_assert(config_value_number(row->type, str_from(row->min), &min));
	ck_assert(config_value_number(row->type, str_from(row->max), &max));
	ck_assert_uint_lt(min, max);
	snprintf(beyond, sizeof(beyond), "%llu%s", (unsigned long long)max + 1, unit);
	ck_assert_msg(set(row, beyond, &m) == -E_CONFIG, "%s: %s", row->name, beyond);
	snprintf(beyond, sizeof(beyond), "%llu%s", (unsigned long long)min - 1, unit);
	ck_assert_msg(set(row, beyond, &m) == (min == 1 && row->words ? 0 : -E_CONFIG),
		      "%s: %s", row->name, beyond);
}
END_TEST

START_TEST(a_value_of_another_type_is_refused)
{
	const struct config_row *row = &config_rows[_i];
	char longest[8192];
	union member m;

	if (row->type == TYPE_TEXT || row->type == TYPE_SECRET) {
		memset(longest, 'x', sizeof(longest));
		longest[sizeof(longest) - 1] = '\0';
		ck_assert_int_eq(set(row, longest, &m), -E_CONFIG);
		ck_assert_int_eq(set(row, "a\tb", &m), -E_CONFIG);
	} else {
		ck_assert_int_eq(set(row, "nonsense", &m), -E_CONFIG);
	}
}
END_TEST

START_TEST(zero_is_refused_where_there_is_no_word_for_it)
{
	const struct config_row *row = &config_rows[_i];
	union member m;

	if (is_number(row))
		ck_assert_int_eq(set(row, "0", &m), row->words ? 0 : -E_CONFIG);
	if (is_number(row) && row->words) {
		ck_assert_int_eq(set(row, row->words, &m), 0);
		ck_assert_uint_eq(m.number, 0);
	}
}
END_TEST

START_TEST(a_row_has_its_own_name_and_a_sentence_of_help)
{
	const struct config_row *row = &config_rows[_i];

	ck_assert_ptr_eq(config_keys_find(row->scope, str_from(row->name)), row);
	for (const char *c = row->name; *c; c++)
		ck_assert_msg(islower(*c) || isdigit(*c) || *c == '_', "%s", row->name);
	ck_assert_uint_ge(strlen(row->help), 5);
	if (strcmp(row->help, "HMAC key as text; or") != 0)
		ck_assert_int_eq(row->help[strlen(row->help) - 1], '.');
	if (row->type == TYPE_TEXTS)
		ck_assert_str_eq(row->fallback, "");
}
END_TEST

/* --- in a snapshot -------------------------------------------------------------------- */

/* A configuration in which every list has an item, with as little given as possible. */
static const char least[] = "token: {keys: [{secret: x}]}\n"
			    "listeners: [{address: '127.0.0.1:0'}]\n"
			    "mounts:\n"
			    "  - {path: /actions}\n"
			    "  - {path: /schedule, dialect: schedule}\n"
			    "  - {path: /rooms, dialect: rooms}\n"
			    "  - {path: /topics, dialect: topics}\n"
			    "  - {path: /channels, dialect: channels}\n"
			    "  - {path: /engine-echo, dialect: engine-echo}\n"
			    "  - {path: /ws-echo, dialect: ws-echo}\n"
			    "  - {path: /undecided, dialect: undecided}\n";

static const void *
struct_of(const struct config *c, enum config_scope scope, int mount)
{
	switch (scope) {
	case SCOPE_AUTHORIZE:
		return &c->authorize;
	case SCOPE_HTTP:
		return &c->http;
	case SCOPE_TOKEN:
	case SCOPE_CLAIMS:
		return &c->token;
	case SCOPE_KEY:
		return &c->token.keys[0];
	case SCOPE_LISTENER:
		return &c->listeners[0];
	case SCOPE_MOUNT:
		return &c->mounts[mount];
	default:
		return c;
	}
}

/* Given in `least`, or settled from other values. */
static bool
is_settled(const struct config_row *row, enum config_dialect dialect)
{
	static const char *const names[] = {
		"plugin_dir",       "html_dir",     "client_dir",
		"dialect",          "polling",      "upgrades",
		"session_required", "serve_client", "message_size"};

	if (row->scope == SCOPE_KEY && row->type == TYPE_SECRET)
		return true;
	if (row->scope == SCOPE_TOKEN && row->env)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(row->name, names[i]) == 0)
			return row->scope != SCOPE_MOUNT || dialect != DIALECT_ACTIONS;
	return false;
}

static void
assert_default(const struct config *c, const struct config_row *row,
	       enum config_dialect dialect)
{
	const char *at = (const char *)struct_of(c, row->scope, dialect) + row->offset;
	const char *text = config_keys_default(row, dialect);
	struct config_rate rate;
	union member expected;
	char *found;

	ck_assert_int_eq(set(row, text, &expected), 0);
	switch (row->type) {
	case TYPE_WORD:
	case TYPE_TEXT:
	case TYPE_SECRET:
		memcpy(&found, at, sizeof(found));
		ck_assert_str_eq(found, expected.text);
		return;
	case TYPE_BOOL:
		ck_assert_msg(memcmp(at, &expected, sizeof(bool)) == 0, "%s", row->name);
		return;
	case TYPE_RATE:
		memcpy(&rate, at, sizeof(rate));
		ck_assert_double_eq(rate.per_second, expected.rate.per_second);
		ck_assert_uint_eq(rate.burst, expected.rate.burst);
		return;
	default:
		ck_assert_msg(memcmp(at, &expected, sizeof(uint32_t)) == 0, "%s of %s",
			      row->name, config_dialect_name(dialect));
	}
}

START_TEST(a_default_arrives_in_its_member)
{
	const struct config_row *row = &config_rows[_i];
	struct config *c = load_good(least);

	for (int d = 0; d < DIALECT_N; d++) {
		enum config_dialect dialect = (enum config_dialect)d;

		ck_assert_int_eq(c->mounts[d].dialect, dialect);
		if (is_scalar(row) && row->scope != SCOPE_RATE && row->fallback &&
		    !is_settled(row, dialect))
			assert_default(c, row, dialect);
	}
	config_unref(c);
}
END_TEST

static void
add_key(const struct config_row *row, struct buf *out)
{
	for (size_t i = 0; row->scope != SCOPE_ROOT && i < config_rows_n; i++)
		if (config_keys_inner(&config_rows[i]) == row->scope) {
			add_key(&config_rows[i], out);
			buf_add_str(out, config_rows[i].type == TYPE_ITEMS ? STR(".0.")
									   : STR("."));
			break;
		}
	buf_add_str(out, str_from(row->name));
}

START_TEST(a_row_has_one_variable_which_finds_it)
{
	const struct config_row *row = &config_rows[_i];
	struct buf key = BUF_INIT, variable = BUF_INIT, found = BUF_INIT;

	add_key(row, &key);
	buf_add_str(&variable, STR("TIDEGATE_"));
	for (size_t i = 0; i < key.len; i++)
		buf_add_char(&variable,
			     key.data[i] == '.' ? '_' : (char)toupper(key.data[i]));
	if (row->env) {
		ck_assert(config_source_key(str_from(row->env), &found));
		ck_assert(str_eq(buf_str(&found), buf_str(&key)));
		buf_clear(&found);
	}
	ck_assert_int_eq(config_source_key(buf_str(&variable), &found),
			 !row->env || str_eq(buf_str(&variable), str_from(row->env)));
	if (!row->env)
		ck_assert_msg(str_eq(buf_str(&found), buf_str(&key)), "%.*s",
			      STR_ARG(buf_str(&found)));
	buf_fini(&key);
	buf_fini(&variable);
	buf_fini(&found);
}
END_TEST

/* --- names ---------------------------------------------------------------------------- */

START_TEST(edits_are_counted)
{
	static const struct {
		const char *a, *b;
		unsigned edits;
	} cases[] = {
		{"path", "path", 0},
		{"path", "pth", 1},
		{"pth", "path", 1},
		{"path", "ptah", 1},
		{"path", "bath", 1},
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "xyz", 3},
		{"kitten", "sitting", 3},
		{"", "", 0},
		{"ab", "ba", 1},
		{"a", "0123456789012345678901234567890123456789x", 40},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_uint_eq(
			config_keys_distance(str_from(cases[i].a), str_from(cases[i].b)),
			cases[i].edits);
}
END_TEST

START_TEST(a_slip_finds_its_key_and_another_word_finds_none)
{
	ck_assert_str_eq(config_keys_nearest(SCOPE_MOUNT, STR("ping_intervall")),
			 "ping_interval");
	ck_assert_str_eq(config_keys_nearest(SCOPE_ROOT, STR("mount")), "mounts");
	ck_assert_str_eq(config_keys_nearest(SCOPE_ROOT, STR("lsiteners")), "listeners");
	ck_assert_ptr_null(config_keys_nearest(SCOPE_ROOT, STR("xylophone")));
	ck_assert_ptr_null(config_keys_nearest(SCOPE_ROOT, STR("foo")));
	ck_assert_ptr_null(config_keys_nearest(SCOPE_ROOT, STR("")));
}
END_TEST

START_TEST(dialect_names_are_the_words_of_their_row)
{
	const struct config_row *row = config_keys_find(SCOPE_MOUNT, STR("dialect"));

	for (int d = 0; d < DIALECT_N; d++)
		ck_assert_int_eq(
			config_keys_word(row->words, str_from(config_dialect_name(
							     (enum config_dialect)d))),
			d);
	ck_assert_int_eq(config_keys_word(row->words, STR("act")), -1);
}
END_TEST

static void
forget(void)
{
	arena_fini(&arena);
	arena = ARENA_INIT;
}

Suite *
config_keys_suite(void)
{
	Suite *suite = suite_create("config_keys");
	TCase *rows = tcase_create("rows"), *names = tcase_create("names");
	int n = (int)config_rows_n;

	tcase_add_checked_fixture(rows, NULL, forget);
	tcase_add_loop_test(rows, a_default_is_valid_in_every_dialect, 0, n);
	tcase_add_loop_test(rows, the_bounds_are_valid_and_one_beyond_is_not, 0, n);
	tcase_add_loop_test(rows, a_value_of_another_type_is_refused, 0, n);
	tcase_add_loop_test(rows, zero_is_refused_where_there_is_no_word_for_it, 0, n);
	tcase_add_loop_test(rows, a_row_has_its_own_name_and_a_sentence_of_help, 0, n);
	tcase_add_loop_test(rows, a_default_arrives_in_its_member, 0, n);
	tcase_add_loop_test(rows, a_row_has_one_variable_which_finds_it, 0, n);
	suite_add_tcase(suite, rows);
	tcase_add_test(names, edits_are_counted);
	tcase_add_test(names, a_slip_finds_its_key_and_another_word_finds_none);
	tcase_add_test(names, dialect_names_are_the_words_of_their_row);
	suite_add_tcase(suite, names);
	return suite;
}
