/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scenes: the whole program on memory streams with a clock that the test moves. Plays every
 * *.scene of its folder, or those named as arguments, each scene in a process of its own, and
 * prints TAP. Then it plays each again some times, and each time the program is refused
 * memory once, somewhere else. SCENES_REFUSALS: how many times (default: 2), or "all".
 */
#include "scenes/count.h"
#include "scenes/play.h"

#include "base/buf.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int scenes_n, failed_n;
static unsigned long refusals_n = 2;
static unsigned long *own_n; /* what the last scene asked for, told by its process */

/* In a process of its own. False: it went wrong. */
static bool
play_apart(const struct scene *scene)
{
	int status = 1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		status = play(scene);
		*own_n = count_own();
		exit(status);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* The same again, refused memory at places that are spread over all of it. Returns how often
 * that went wrong. */
static unsigned long
starve(const struct scene *scene)
{
	const unsigned long all_n = *own_n, n = refusals_n < all_n ? refusals_n : all_n;
	unsigned long wrong_n = 0;

	for (unsigned long i = 0; i < n; i++) {
		struct scene hungry = *scene;

		hungry.starve_at = 1 + (i * all_n + (unsigned)scene->line_n % all_n) / n;
		if (play_apart(&hungry))
			continue;
		printf("# without what it asked for the %lu. time\n", hungry.starve_at);
		wrong_n++;
	}
	return wrong_n;
}

static void
tell(const struct scene *scene, bool is_good, const char *how)
{
	scenes_n++;
	failed_n += !is_good;
	printf("%sok %d - %s: %.*s%s\n", is_good ? "" : "not ", scenes_n, scene->file,
	       STR_ARG(scene->title), how);
}

static void
run(const struct scene *scene)
{
	bool is_good = play_apart(scene);

	tell(scene, is_good, "");
	if (is_good && refusals_n && *own_n)
		tell(scene, starve(scene) == 0, " (short of memory)");
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
	const char *source = getenv("TG_SOURCE"), *refusals = getenv("SCENES_REFUSALS");
	bool is_read = true;
	glob_t found = {0};

	if (refusals)
		refusals_n = strcmp(refusals, "all") ? strtoul(refusals, NULL, 10)
						     : ULONG_MAX;
	own_n = mmap(NULL, sizeof(*own_n), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (own_n == MAP_FAILED)
		return EXIT_FAILURE;
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
