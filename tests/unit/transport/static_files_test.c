/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/static_files.h"

#include "base/errors.h"
#include "unit/transport/rig.h"
#include "unit/transport/suites.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct rig rig;
static struct peer *peer;
static struct static_files *files;
static char root[64], etag[64];

#define LINE "function again() { return again; }\n"
#define LINES LINE LINE LINE LINE LINE LINE LINE LINE

static const char *const folders[] = {"", "/site", "/site/d", "/site/.git"};
static const struct {
	const char *name, *text;
} contents[] = {
	{"/secret.txt", "secret"},       {"/site/index.html", "<p>start"},
	{"/site/a b.css", "p{}"},        {"/site/m.mjs", "export"},
	{"/site/x.map", "{}"},           {"/site/noend", "raw"},
	{"/site/empty.txt", ""},         {"/site/.hidden", "hidden"},
	{"/site/.git/config", "hidden"}, {"/site/d/index.html", "<p>below"},
	{"/site/big.js", LINES},
};

static void
path_of(const char *name, char out[128])
{
	snprintf(out, 128, "%s%s", root, name);
}

static void
set_up(void)
{
	char path[128], other[128];

	strcpy(root, "/tmp/tidegate-files-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	for (size_t i = 1; i < sizeof(folders) / sizeof(folders[0]); i++) {
		path_of(folders[i], path);
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		FILE *f;

		path_of(contents[i].name, path);
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		fputs(contents[i].text, f);
		fclose(f);
	}
	path_of("/site/link.txt", path);
	path_of("/secret.txt", other);
	ck_assert_int_eq(symlink(other, path), 0);
	path_of("/site", path);
	ck_assert_int_eq(static_files_load(path, &files), 0);
	rig_open(&rig, "", 1);
	rig_route(&rig, &(struct route){.path = "/",
					.subtree = true,
					.allow = "GET, HEAD",
					.serve = static_files_serve,
					.arg = files});
	peer = peer_open(&rig, 0);
}

static void
tear_down(void)
{
	char path[128];

	rig_close(&rig);
	static_files_free(files);
	path_of("/site/link.txt", path);
	unlink(path);
	for (size_t i = sizeof(contents) / sizeof(contents[0]); i-- > 0;) {
		path_of(contents[i].name, path);
		unlink(path);
	}
	for (size_t i = sizeof(folders) / sizeof(folders[0]); i-- > 0;) {
		path_of(folders[i], path);
		rmdir(path);
	}
}

static const struct {
	const char *target, *type, *body; /* type NULL: 404 */
} cases[] = {
	{"/", "text/html; charset=utf-8", "<p>start"},
	{"/index.html?x=1", "text/html; charset=utf-8", "<p>start"},
	{"/a%20b.css", "text/css; charset=utf-8", "p{}"},
	{"/m.mjs", "application/javascript; charset=utf-8", "export"},
	{"/x.map", "application/json; charset=utf-8", "{}"},
	{"/noend", "application/octet-stream", "raw"},
	{"/empty.txt", "text/plain; charset=utf-8", ""},
	{"/d/", "text/html; charset=utf-8", "<p>below"},
	{"/d", NULL, NULL},
	{"/none", NULL, NULL},
	{"/.hidden", NULL, NULL},
	{"/.git/config", NULL, NULL},
	{"/link.txt", NULL, NULL},
	{"/../secret.txt", NULL, NULL},
	{"/d/../../secret.txt", NULL, NULL},
	{"/%2e%2e/secret.txt", NULL, NULL},
	{"/..%2fsecret.txt", NULL, NULL},
	{"/d%2findex.html", NULL, NULL},
	{"/index.html%00", NULL, NULL},
};

START_TEST(a_file_is_served_with_its_type_and_nothing_else_is)
{
	peer_asks(peer, "GET", cases[_i].target, "", "");
	if (!cases[_i].type) {
		peer_gets(peer,
			  memcmp(peer->memory.to_client.data + 9, "400", 3) ? 404 : 400,
			  NULL);
		ck_assert_ptr_null(strstr(peer->body, "secret.txt"));
		return;
	}
	peer_gets(peer, 200, cases[_i].body);
	ck_assert_str_eq(peer_header(peer, "Content-Type"), cases[_i].type);
	ck_assert_str_eq(peer_header(peer, "X-Content-Type-Options"), "nosniff");
	ck_assert_uint_eq(strlen(peer_header(peer, "ETag")), 18);
}
END_TEST

START_TEST(a_known_etag_is_304_without_a_body)
{
	char line[128];

	peer_asks(peer, "GET", "/", "", "");
	peer_gets(peer, 200, "<p>start");
	strcpy(etag, peer_header(peer, "ETag"));
	/* a proxy that packs the body makes it weak: RFC 9110 13.1.2 */
	snprintf(line, sizeof(line), "If-None-Match: \"other\", %s%s\r\n", _i ? "W/" : "",
		 etag);
	peer_asks(peer, "GET", "/", line, "");
	peer_gets(peer, 304, "");
	ck_assert_str_eq(peer_header(peer, "ETag"), etag);
	peer_asks(peer, "GET", "/d/", line, "");
	peer_gets(peer, 200, "<p>below");
	ck_assert_str_ne(peer_header(peer, "ETag"), etag);
}
END_TEST

START_TEST(a_large_text_comes_in_gzip_to_whom_wants_it)
{
	char plain[32], line[128];

	peer_asks(peer, "GET", "/big.js", "", "");
	peer_gets(peer, 200, LINES);
	ck_assert_str_eq(peer_header(peer, "Vary"), "Accept-Encoding");
	ck_assert_str_eq(peer_header(peer, "Content-Encoding"), "");
	strcpy(plain, peer_header(peer, "ETag"));
	peer_asks(peer, "GET", "/big.js", "Accept-Encoding: deflate, gzip\r\n", "");
	peer_gets(peer, 200, NULL);
	ck_assert_str_eq(peer_header(peer, "Vary"), "Accept-Encoding");
	ck_assert_str_eq(peer_header(peer, "Content-Encoding"), "gzip");
	ck_assert_uint_lt(peer->body_n, sizeof(LINES) / 2);
	ck_assert_mem_eq(peer->body, "\x1f\x8b", 2);
	ck_assert_str_ne(peer_header(peer, "ETag"), plain);
	snprintf(line, sizeof(line), "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n",
		 peer_header(peer, "ETag"));
	peer_asks(peer, "GET", "/big.js", line, "");
	peer_gets(peer, 304, "");
	ck_assert_str_eq(peer_header(peer, "Vary"), "Accept-Encoding");
	snprintf(line, sizeof(line), "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n",
		 plain);
	peer_asks(peer, "GET", "/big.js", line, "");
	peer_gets(peer, 200, NULL);
}
END_TEST

START_TEST(what_gzip_does_not_shorten_stays_as_it_is)
{
	peer_asks(peer, "GET", "/x.map", "Accept-Encoding: gzip\r\n", "");
	peer_gets(peer, 200, "{}");
	ck_assert_str_eq(peer_header(peer, "Content-Encoding"), "");
	ck_assert_str_eq(peer_header(peer, "Vary"), "");
}
END_TEST

START_TEST(head_tells_the_length_only)
{
	peer_asks(peer, "HEAD", "/", "", "");
	ck_assert_ptr_nonnull(
		strstr(peer->memory.to_client.data, "Content-Length: 8\r\n"));
	ck_assert_mem_eq(peer->memory.to_client.data + peer->memory.to_client.len - 4,
			 "\r\n\r\n", 4);
	stream_memory_read(&peer->memory, peer->memory.to_client.len);
	peer_asks(peer, "GET", "/noend", "", "");
	peer_gets(peer, 200, "raw");
}
END_TEST

START_TEST(other_methods_are_405_with_allow)
{
	peer_asks(peer, "DELETE", "/", "", "");
	peer_gets(peer, 405, NULL);
	ck_assert_str_eq(peer_header(peer, "Allow"), "GET, HEAD");
}
END_TEST

START_TEST(a_slash_at_the_end_of_the_directory_changes_nothing)
{
	struct static_files *same;
	char path[128];

	path_of("/site//", path);
	ck_assert_int_eq(static_files_load(path, &same), 0);
	ck_assert(static_files_has(same, STR("index.html")));
	ck_assert(static_files_has(same, STR("d/index.html")));
	static_files_free(same);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_told)
{
	struct static_files *none;

	ck_assert_int_eq(static_files_load("/nowhere/at/all", &none), -E_SYSTEM);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

Suite *
static_files_suite(void)
{
	Suite *s = suite_create("static_files");
	TCase *t = tcase_create("static_files");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, a_file_is_served_with_its_type_and_nothing_else_is, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(t, a_known_etag_is_304_without_a_body, 0, 2);
	tcase_add_test(t, a_large_text_comes_in_gzip_to_whom_wants_it);
	tcase_add_test(t, what_gzip_does_not_shorten_stays_as_it_is);
	tcase_add_test(t, head_tells_the_length_only);
	tcase_add_test(t, other_methods_are_405_with_allow);
	tcase_add_test(t, a_slash_at_the_end_of_the_directory_changes_nothing);
	tcase_add_test(t, a_directory_that_is_not_there_is_told);
	suite_add_tcase(s, t);
	return s;
}
