/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scenes: the whole program on memory streams with a clock that the test moves. Plays every
 * *.scene of its folder, or those named as arguments, each scene in a process of its own, and
 * prints TAP.
 */
#include "scenes/play.h"

#include "base/buf.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int scenes_n, failed_n;

static void
run(const struct scene *scene)
{
	int status = 1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		exit(play(scene));
	if (child < 0 || waitpid(child, &status, 0) != child)
		status = 1;
	scenes_n++;
	failed_n += status != 0;
	printf("%sok %d - %s: %.*s\n", status ? "not " : "", scenes_n, scene->file,
	       STR_ARG(scene->title));
}

/* A scene begins with "== Title" and goes on to the next one. */
static void
run_file(const char *path, struct str text)
{
	const char *slash = strrchr(path, '/');
	struct scene scene = {.file = slash ? slash + 1 : path};
	const char *start = text.ptr;
	int line_n = 1;

	while (text.ptr) {
		const char *at = text.ptr;
		struct str line = str_cut(&text, '\n');

		line_n++;
		if (!str_has_prefix(line, STR("== ")))
			continue;
		if (scene.title.ptr) {
			scene.lines = (struct str){start, (size_t)(at - start)};
			run(&scene);
		} else {
			scene.head = (struct str){start, (size_t)(at - start)};
		}
		scene.title = str_skip(line, 3);
		scene.line_n = line_n;
		start = text.ptr ? text.ptr : line.ptr + line.len;
		scene.lines = text;
	}
	if (scene.title.ptr)
		run(&scene);
}

static bool
run_path(const char *path)
{
	struct buf text = BUF_INIT;
	FILE *f = fopen(path, "r");
	size_t got = 0;

	if (!f) {
		perror(path);
		return false;
	}
	do {
		char *room = buf_reserve(&text, 65536);

		got = room ? fread(room, 1, 65536, f) : 0;
		text.len += got;
	} while (got);
	fclose(f);
	run_file(path, buf_str(&text));
	buf_fini(&text);
	return true;
}

int
main(int argc, char **argv)
{
	char pattern[512];
	const char *source = getenv("TG_SOURCE");
	bool is_read = true;
	glob_t found = {0};

	snprintf(pattern, sizeof(pattern), "%s/tests/scenes/*.scene",
		 source ? source : ".");
	if (argc < 2 && glob(pattern, 0, NULL, &found))
		fprintf(stderr, "%s: no scenes there\n", pattern);
	for (int i = 1; i < argc; i++)
		is_read = run_path(argv[i]) && is_read;
	for (size_t i = 0; i < found.gl_pathc; i++)
		is_read = run_path(found.gl_pathv[i]) && is_read;
	globfree(&found);
	printf("1..%d\n", scenes_n);
	return failed_n || !is_read || !scenes_n ? EXIT_FAILURE : EXIT_SUCCESS;
}
