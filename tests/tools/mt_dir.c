// SPDX-License-Identifier: MIT
// mt_dir: directories and names by system call, to race with and to count.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"mt_dir list DIR BYTES      names, through getdents buffers of BYTES\n"
	"mt_dir back DIR BYTES      in each buffer, seeks to every offset in it\n"
	"                           and must find the entry that follows again\n"
	"mt_dir rewind DIR TIMES    names of the last of TIMES passes on one descriptor\n"
	"mt_dir stat PATH N         N stats;  mt_dir absent DIR N: of absent names\n"
	"mt_dir pairs DIR SECONDS   lists and reads: a key and its value must have\n"
	"                           the same quotient by 1000000\n";

static int dirfd_of(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	if (fd < 0) {
		perror(dir);
		exit(1);
	}
	return fd;
}

static ssize_t fetch(int fd, char *buf, size_t size)
{
	ssize_t n = getdents64(fd, buf, size);

	if (n < 0) {
		perror("getdents64");
		exit(1);
	}
	return n;
}

static void print_name(const struct dirent64 *d)
{
	if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
		puts(d->d_name);
}

#define for_each_entry(d, buf, n)                                     \
	for (struct dirent64 *d = (void *)(buf); (char *)d < (buf) + (n); \
	     d = (void *)((char *)d + d->d_reclen))

static char buf[1 << 20];

static int list(char **argv)
{
	int fd = dirfd_of(argv[0]);
	ssize_t n;

	while ((n = fetch(fd, buf, strtoul(argv[1], NULL, 0))) > 0)
		for_each_entry(d, buf, n)
			print_name(d);
	return 0;
}

// After a seek to the offset of one entry of a buffer, the next one follows.
static int check_back(int fd, const char *seen, ssize_t n, size_t size)
{
	static char again[1 << 20];
	const struct dirent64 *last = NULL;

	for_each_entry(d, seen, n) {
		if (last) {
			lseek(fd, last->d_off, SEEK_SET);
			if (fetch(fd, again, size) <= 0 ||
			    strcmp(((struct dirent64 *)(void *)again)->d_name, d->d_name)) {
				printf("after %s: %s, not %s\n", last->d_name,
				       ((struct dirent64 *)(void *)again)->d_name, d->d_name);
				return 1;
			}
		}
		last = d;
	}
	lseek(fd, last->d_off, SEEK_SET);
	return 0;
}

static int back(char **argv)
{
	size_t size = strtoul(argv[1], NULL, 0);
	int fd = dirfd_of(argv[0]);
	ssize_t n;

	while ((n = fetch(fd, buf, size)) > 0) {
		for_each_entry(d, buf, n)
			print_name(d);
		if (check_back(fd, buf, n, size))
			return 1;
	}
	return 0;
}

static int rewind_passes(char **argv)
{
	int fd = dirfd_of(argv[0]);
	ssize_t n;

	for (int left = atoi(argv[1]); left > 0; left--) {
		lseek(fd, 0, SEEK_SET);
		while ((n = fetch(fd, buf, 4096)) > 0)
			for_each_entry(d, buf, n)
				if (left == 1)
					print_name(d);
	}
	return 0;
}

static int stat_many(char **argv)
{
	struct stat st;

	for (long i = atol(argv[1]); i > 0; i--)
		if (stat(argv[0], &st)) {
			perror(argv[0]);
			return 1;
		}
	return 0;
}

static int stat_absent(char **argv)
{
	struct stat st;
	char path[PATH_MAX];

	for (long i = atol(argv[1]); i > 0; i--) {
		snprintf(path, sizeof(path), "%s/%ld", argv[0], 1000000000 + i);
		if (!stat(path, &st) || errno != ENOENT) {
			perror(path);
			return 1;
		}
	}
	return 0;
}

static int mismatch(int dir, const char *name, unsigned long *read_well)
{
	char text[64];
	int fd = openat(dir, name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0) {
		if (errno == ENOENT || errno == ESTALE)
			return 0;
		printf("%s: %s\n", name, strerror(errno));
		return 1;
	}
	text[n] = 0;
	++*read_well;
	if (n > 0 && strtoull(name, NULL, 10) / 1000000 == strtoull(text, NULL, 10) / 1000000)
		return 0;
	printf("key %s with the value %s\n", name, text);
	return 1;
}

static int pairs(char **argv)
{
	time_t end = time(NULL) + atol(argv[1]);
	unsigned long read_well = 0;

	while (time(NULL) < end) {
		DIR *d = opendir(argv[0]);

		if (!d) {
			perror(argv[0]);
			return 1;
		}
		for (struct dirent *e; (e = readdir(d));)
			if (e->d_name[0] != '.' && mismatch(dirfd(d), e->d_name, &read_well))
				return 1;
		closedir(d);
	}
	if (!read_well)
		puts("nothing could be read");
	return !read_well;
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **argv);
} commands[] = {
	{ "list", 2, list },	 { "back", 2, back },		{ "rewind", 2, rewind_passes },
	{ "stat", 2, stat_many }, { "absent", 2, stat_absent }, { "pairs", 2, pairs },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 == commands[i].args)
			return commands[i].run(argv + 2);
	fputs(usage, stderr);
	return 2;
}
