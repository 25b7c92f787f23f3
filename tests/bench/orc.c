/* SPDX-License-Identifier: MIT */
/*
 * The client of the rows: what one program can ask of a file system in a loop.
 *
 *   orc read FILE OTHER   open, read, close of either: prints how many a second and their ratio
 *   orc stat DIR COUNT    stat of DIR/0 … DIR/COUNT-1, one by one: prints how many a second
 *
 * read goes from one file to the other every few milliseconds, so that a machine that is now
 * slow and now fast is so for both alike. What it prints are medians of ROUNDS.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/measure.h"

enum { ROUNDS = 5, SLICES = 100, SLICE = 200 };

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

/* Seconds that a slice of open, read and close takes. */
static double read_slice(const char *file)
{
	double start = now();

	for (int i = 0; i < SLICE; i++)
		read_once(file);
	return now() - start;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double of[ROUNDS])
{
	qsort(of, ROUNDS, sizeof(*of), by_size);
	return of[ROUNDS / 2];
}

static void compare(const char *file, const char *other)
{
	double rate[2][ROUNDS], ratio[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		double took[2] = { 0, 0 };

		for (int i = 0; i < 2 * SLICES; i++) {
			int second = (i ^ (i >> 1)) & 1; /* one, other, other, one, … */

			took[second] += read_slice(second ? other : file);
		}
		rate[0][r] = SLICE * SLICES / took[0];
		rate[1][r] = SLICE * SLICES / took[1];
		ratio[r] = took[1] / took[0];
	}
	printf("%.0f %.0f %.3f\n", median(rate[0]), median(rate[1]), median(ratio));
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
		compare(argv[2], argv[3]);
	else if (argc == 4 && !strcmp(argv[1], "stat"))
		printf("%.0f\n", stat_rate(argv[2], atol(argv[3])));
	else
		return fputs("usage: orc read FILE OTHER | orc stat DIR COUNT\n", stderr), 1;
	return 0;
}
