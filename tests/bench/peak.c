/* SPDX-License-Identifier: MIT */
/*
 * How much memory a process takes while a command runs.
 *
 *   peak PID COMMAND…
 *
 * Prints, in KiB, how far PID's resident memory and its anonymous part went above
 * what they were before the command: the greatest of a sample each millisecond,
 * until LINGER after the command's end, and of the kernel's own high-water mark
 * (VmHWM, reset first), which misses nothing in between.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAMPLE_US = 1000, LINGER = 1500 /* samples */ };

struct memory {
	long rss, anon, high; /* KiB */
};

static char status_path[64], clear_path[64];

static long field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? atol(at + strlen(name)) : -1;
}

static struct memory sample(void)
{
	char text[4096];
	int fd = open(status_path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0) {
		perror(status_path);
		exit(1);
	}
	close(fd);
	text[n] = '\0';
	return (struct memory){ field(text, "VmRSS:"), field(text, "RssAnon:"), field(text, "VmHWM:") };
}

static void reset_high(void)
{
	int fd = open(clear_path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "5", 1) != 1) {
		perror(clear_path);
		exit(1);
	}
	close(fd);
}

static void raise_to(long *most, long value)
{
	if (value > *most)
		*most = value;
}

/* Samples until the command has been gone for LINGER samples. Returns its wait status. */
static int watch(pid_t command, struct memory *most)
{
	int status = 0, left = LINGER;
	bool running = true;

	while (running || left-- > 0) {
		struct memory m = sample();

		raise_to(&most->rss, m.rss);
		raise_to(&most->anon, m.anon);
		raise_to(&most->high, m.high);
		if (running && waitpid(command, &status, WNOHANG) == command)
			running = false;
		usleep(SAMPLE_US);
	}
	return status;
}

int main(int argc, char **argv)
{
	struct memory idle, most;
	pid_t command;
	int status;

	if (argc < 3)
		return fputs("usage: peak PID COMMAND...\n", stderr), 1;
	snprintf(status_path, sizeof(status_path), "/proc/%d/status", atoi(argv[1]));
	snprintf(clear_path, sizeof(clear_path), "/proc/%d/clear_refs", atoi(argv[1]));
	idle = most = sample();
	reset_high();
	most.high = idle.rss;
	command = fork();
	if (command == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	status = watch(command, &most);
	raise_to(&most.rss, most.high);
	printf("%ld %ld\n", most.rss - idle.rss, most.anon - idle.anon);
	return status != 0;
}
