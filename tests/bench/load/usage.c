/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processor time and memory of a tree of processes: see usage.h. */
#include "usage.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEPTH_MAX 8

static double
cpu_s(pid_t pid)
{
	char path[64], text[1024];
	unsigned long user, system, child_user, child_system;
	const char *after_name;
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	/* The name may hold blanks and brackets: the fields begin after the last one. */
	after_name = strrchr(text, ')');
	if (!after_name ||
	    sscanf(after_name + 1,
		   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &user,
		   &system, &child_user, &child_system) != 4)
		return 0;
	return (double)(user + system + child_user + child_system) /
	       (double)sysconf(_SC_CLK_TCK);
}

static void
add_memory(pid_t pid, struct usage *usage)
{
	char path[64], line[256];
	unsigned long kilobytes;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Rss: %lu kB", &kilobytes) == 1)
			usage->rss_bytes += (uint64_t)kilobytes * 1024;
		else if (sscanf(line, "Anonymous: %lu kB", &kilobytes) == 1)
			usage->anon_bytes += (uint64_t)kilobytes * 1024;
	}
	fclose(file);
}

static void
add_tree(pid_t pid, unsigned depth, struct usage *usage)
{
	char path[64];
	FILE *file;
	int child;

	usage->cpu_s += cpu_s(pid);
	add_memory(pid, usage);
	if (depth == DEPTH_MAX)
		return;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fscanf(file, "%d", &child) == 1)
		add_tree((pid_t)child, depth + 1, usage);
	fclose(file);
}

static void
add_thread(pid_t pid, int task, struct usage *usage)
{
	struct usage_thread *thread = &usage->threads[usage->threads_n];
	unsigned long long cpu_ns;
	char path[96];
	bool is_read;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", (int)pid, task);
	file = fopen(path, "r");
	if (!file)
		return;
	is_read = fscanf(file, "%15s", thread->name) == 1;
	fclose(file);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", (int)pid, task);
	file = is_read ? fopen(path, "r") : NULL;
	if (!file)
		return;
	if (fscanf(file, "%llu", &cpu_ns) == 1) {
		thread->cpu_ns = cpu_ns;
		usage->threads_n++;
	}
	fclose(file);
}

static void
add_threads(pid_t pid, struct usage *usage)
{
	const struct dirent *entry;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		return;
	while ((entry = readdir(tasks)) && usage->threads_n < USAGE_THREADS_MAX) {
		if (entry->d_name[0] != '.')
			add_thread(pid, atoi(entry->d_name), usage);
	}
	closedir(tasks);
}

/* All but idle, waiting, and what guests have, which is in user already. */
static double
machine_s(void)
{
	unsigned long user, nice, system, irq, softirq, steal;
	FILE *file = fopen("/proc/stat", "r");
	int n;

	if (!file)
		return 0;
	n = fscanf(file, "cpu %lu %lu %lu %*u %*u %lu %lu %lu", &user, &nice, &system,
		   &irq, &softirq, &steal);
	fclose(file);
	if (n != 6)
		return 0;
	return (double)(user + nice + system + irq + softirq + steal) /
	       (double)sysconf(_SC_CLK_TCK);
}

void
usage_read(pid_t pid, struct usage *usage_out)
{
	memset(usage_out, 0, sizeof(*usage_out));
	usage_out->machine_s = machine_s();
	usage_out->own_s = (double)clock() / CLOCKS_PER_SEC;
	if (pid <= 0)
		return;
	add_tree(pid, 0, usage_out);
	add_threads(pid, usage_out);
}
