/* SPDX-License-Identifier: MIT */
/*
 * The client of the rows: what one program can ask of a file system in a loop.
 *
 *   orc read FILE SECONDS   open, read, close of FILE: prints how many a second
 *   orc stat DIR COUNT      stat of DIR/0 … DIR/COUNT-1, one by one: prints the same
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *path)
{
	perror(path);
	exit(1);
}

static void read_once(const char *file)
{
	char buf[4096];
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, buf, sizeof(buf)) <= 0)
		die(file);
	close(fd);
}

static double read_rate(const char *file, double seconds)
{
	double start = now(), end = start;
	long done = 0;

	while (end - start < seconds) {
		for (int i = 0; i < 64; i++)
			read_once(file);
		done += 64;
		end = now();
	}
	return (double)done / (end - start);
}

static double stat_rate(const char *dir, long count)
{
	double start = now();
	char name[24];
	struct stat st;

	if (chdir(dir))
		die(dir);
	for (long i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%ld", i);
		if (stat(name, &st))
			die(name);
	}
	return (double)count / (now() - start);
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "read"))
		printf("%.0f\n", read_rate(argv[2], atof(argv[3])));
	else if (argc == 4 && !strcmp(argv[1], "stat"))
		printf("%.0f\n", stat_rate(argv[2], atol(argv[3])));
	else
		return fputs("usage: orc read FILE SECONDS | orc stat DIR COUNT\n", stderr), 1;
	return 0;
}
