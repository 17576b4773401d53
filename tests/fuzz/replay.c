/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for libFuzzer: gives the target every file of its corpus, whole and, for
 * short files, cut at every place. The corpus is tests/fuzz/corpus/<program>, or the
 * folder or files named on the command line. Prints one TAP line for each input. */
#include "target.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INPUT_BYTES_MAX = 1 << 20, CUT_BYTES_MAX = 4096 };

static unsigned inputs_n;

static void
die(const char *path, const char *why)
{
	printf("Bail out! %s: %s\n", path, why);
	exit(EXIT_FAILURE);
}

/* Give the target an allocation of exactly this size, so that a read past it is seen. */
static void
feed(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (copy == NULL)
		die("input", "out of memory");
	memcpy(copy, bytes, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
replay_file(const char *path)
{
	static uint8_t bytes[INPUT_BYTES_MAX];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (file == NULL)
		die(path, strerror(errno));
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	printf("# %s\n",
	       path); /* so that the log names the input that ends the process */
	fflush(stdout);
	feed(bytes, size);
	if (size <= CUT_BYTES_MAX)
		for (size_t cut = 0; cut < size; cut++)
			feed(bytes, cut);
	printf("ok %u - %s\n", ++inputs_n, path);
}

static void
replay_folder(const char *path)
{
	struct dirent **entries = NULL;
	int entries_n = scandir(path, &entries, NULL, alphasort);

	if (entries_n < 0)
		die(path, strerror(errno));
	for (int i = 0; i < entries_n; i++) {
		char name[4096];

		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			replay_file(name);
		free(entries[i]);
	}
	free(entries);
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *source = getenv("srcdir");
	char folder[4096];

	if (argc < 2) {
		snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
			 source ? source : ".", slash ? slash + 1 : argv[0]);
		replay_folder(folder);
	}
	for (int i = 1; i < argc; i++) {
		struct stat info;

		if (stat(argv[i], &info) == 0 && S_ISDIR(info.st_mode))
			replay_folder(argv[i]);
		else
			replay_file(argv[i]);
	}
	if (inputs_n == 0)
		die(argc < 2 ? folder : "inputs", "no input: a corpus must not be empty");
	printf("1..%u\n", inputs_n);
	return EXIT_SUCCESS;
}
