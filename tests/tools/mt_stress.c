// SPDX-License-Identifier: MIT
// mt_stress DIR PROGRAM SECONDS: eight processes read, write, list and delete
// the entries of the map directory DIR, and a ninth runs the pinned PROGRAM,
// which changes the same map. Every value that anyone stores is sealed: a
// value whose halves do not fit was written by nobody. ENOENT is the only
// error that may come.
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEYS 64

static const char *dir, *program;
static volatile sig_atomic_t over;
static unsigned long done;

static uint64_t sealed(uint32_t x)
{
	return ((uint64_t)(x * 2654435761u ^ 0x5bd1e995u) << 32) | x;
}

static void bad(const char *what, const char *path, const char *got)
{
	printf("%s %s: %s\n", what, path, got);
	fflush(stdout);
	_exit(1);
}

// An answer that is no success must be ENOENT.
static int refused(const char *what, const char *path, int failed)
{
	if (!failed) {
		done++;
		return 0;
	}
	if (errno != ENOENT)
		bad(what, path, strerror(errno));
	return 1;
}

static void any_path(char *path)
{
	snprintf(path, PATH_MAX, "%s/%ld", dir, random() % KEYS);
}

static void check_value(const char *path)
{
	char text[64], *end;
	int fd = open(path, O_RDONLY);
	uint64_t value;
	ssize_t n;

	if (refused("open", path, fd < 0))
		return;
	n = read(fd, text, sizeof(text) - 1);
	if (!refused("read", path, n < 0)) {
		text[n] = 0;
		value = strtoull(text, &end, 10);
		if (strcmp(end, "\n") || value != sealed((uint32_t)value))
			bad("value of", path, text);
	}
	close(fd);
}

static void read_one(void)
{
	char path[PATH_MAX];

	any_path(path);
	check_value(path);
}

static void write_flags(int flags)
{
	char path[PATH_MAX], text[64];
	int fd, n = snprintf(text, sizeof(text), "%" PRIu64 "\n", sealed((uint32_t)random()));

	any_path(path);
	fd = open(path, O_WRONLY | flags, 0644);
	if (refused("open for writing", path, fd < 0))
		return;
	refused("write", path, write(fd, text, (size_t)n) != n);
	close(fd);
}

static void write_any(void)
{
	write_flags(O_CREAT | O_TRUNC);
}

static void write_existing(void)
{
	write_flags(0);
}

static void list_all(void)
{
	unsigned char seen[KEYS] = { 0 };
	char path[PATH_MAX];
	DIR *d = opendir(dir);

	if (refused("opendir", dir, !d))
		return;
	for (struct dirent *e; (e = readdir(d));) {
		unsigned long key = strtoul(e->d_name, NULL, 10);

		if (e->d_name[0] == '.')
			continue;
		if (key >= KEYS)
			bad("name", dir, e->d_name);
		if (seen[key]++ > 8)
			bad("again and again", dir, e->d_name);
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		check_value(path);
	}
	closedir(d);
}

static void stat_one(void)
{
	char path[PATH_MAX], text[32];
	struct stat st;

	any_path(path);
	if (refused("stat", path, stat(path, &st)))
		return;
	// Between the lookup and the attributes of one stat(2) the entry may go
	// and somebody may create it again: unwritten, it has nothing.
	if (st.st_size == 1 || st.st_size > 21) {
		snprintf(text, sizeof(text), "%lld", (long long)st.st_size);
		bad("size of", path, text);
	}
}

static void delete_one(void)
{
	char path[PATH_MAX];

	any_path(path);
	refused("unlink", path, unlink(path));
	stat_one();
}

static void run_program(void)
{
	static int fd = -1;
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = 100);

	if (fd < 0 && (fd = bpf_obj_get(program)) < 0)
		bad("program", program, strerror(errno));
	if (bpf_prog_test_run_opts(fd, &opts) && errno != EINTR) /* the alarm that ends us */
		bad("program", program, strerror(errno));
	done++;
	usleep(500);
}

static void stop(int sig)
{
	(void)sig;
	over = 1;
}

static void worker(void (*step)(void), unsigned seconds, unsigned seed)
{
	signal(SIGALRM, stop);
	alarm(seconds);
	srandom(seed);
	while (!over)
		step();
	if (!done)
		bad("worker", dir, "never did anything");
	exit(0);
}

int main(int argc, char **argv)
{
	static void (*const steps[])(void) = {
		read_one, read_one, write_any, write_any, write_existing,
		list_all, list_all, delete_one, run_program,
	};
	int status, failed = 0;

	if (argc != 4)
		return 2;
	dir = argv[1];
	program = argv[2];
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!fork())
			worker(steps[i], (unsigned)atoi(argv[3]), i + 1);
	while (wait(&status) > 0)
		failed |= status;
	return !!failed;
}
