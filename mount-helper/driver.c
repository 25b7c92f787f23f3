/* SPDX-License-Identifier: MIT */
/* Finds the driver's binary, runs it, and turns how it ended into mount(8)'s exit codes. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mount-helper/driver.h"
#include "mount-helper/helper.h"

#define DRIVER "bpfmapfs"

static bool is_driver(const char *path)
{
	return !access(path, X_OK);
}

/* The helper's own directory, with its final slash; "" if unknown. */
static void own_directory(char dir[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", dir, PATH_MAX - 1);
	char *slash;

	dir[n > 0 ? n : 0] = '\0';
	slash = strrchr(dir, '/');
	if (slash)
		slash[1] = '\0';
}

/* In any of a colon-separated list of directories. */
static bool find_in_list(const char *list, char path[PATH_MAX])
{
	while (*list) {
		size_t n = strcspn(list, ":");
		bool fits = n && snprintf(path, PATH_MAX, "%.*s/" DRIVER, (int)n, list) < PATH_MAX;

		if (fits && is_driver(path))
			return true;
		list += n + (list[n] == ':');
	}
	return false;
}

/*
 * Next to the helper in a build tree, in PREFIX/bin when the helper is in
 * PREFIX/sbin; else in PATH, and last where it is usually installed, since
 * mount(8) may run with hardly any PATH.
 */
static bool find_driver(char path[PATH_MAX])
{
	char own[PATH_MAX];
	const char *env = getenv("PATH");

	own_directory(own);
	if (snprintf(path, PATH_MAX, "%s" DRIVER, own) < PATH_MAX && is_driver(path))
		return true;
	if (snprintf(path, PATH_MAX, "%s../bin/" DRIVER, own) < PATH_MAX && is_driver(path))
		return true;
	return find_in_list(env ? env : "", path) || find_in_list("/usr/local/bin:/usr/bin", path);
}

/* The child: stderr is the pipe that the helper reads. */
static void exec_driver(const char *path, const char *options, const char *source, const char *dir,
	int stderr_fd)
{
	const char *argv[8];
	int n = 0;

	argv[n++] = DRIVER;
	if (options) {
		argv[n++] = "-o";
		argv[n++] = options;
	}
	argv[n++] = source;
	argv[n++] = dir;
	argv[n] = NULL;
	dup2(stderr_fd, STDERR_FILENO);
	execv(path, (char *const *)argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", path, strerror(errno));
	_exit(HELPER_SYSTEM);
}

/* One line of the driver's, without the names that helper_note() puts before it. */
static void pass_line_on(char *line, const char *dir)
{
	size_t n = strlen(dir);

	line[strcspn(line, "\n")] = '\0';
	if (!strncmp(line, DRIVER ": ", strlen(DRIVER ": ")))
		line += strlen(DRIVER ": ");
	if (!strncmp(line, dir, n) && !strncmp(line + n, ": ", 2))
		line += n + 2;
	if (*line)
		helper_note("%s", line);
}

/*
 * What is in the pipe when the driver's first process has ended. Its daemon
 * may still hold the other end: the pipe is not read to its end.
 */
static bool pass_on(int fd, const char *dir)
{
	bool any = false;
	char *line = NULL;
	size_t room = 0;
	FILE *in;

	if (fcntl(fd, F_SETFL, O_NONBLOCK) || !(in = fdopen(fd, "r"))) {
		close(fd);
		return false;
	}
	for (; getline(&line, &room, in) > 0; any = true)
		pass_line_on(line, dir);
	free(line);
	fclose(in);
	return any;
}

static int wait_for(pid_t pid, int *ret_status)
{
	while (waitpid(pid, ret_status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* `said`: the driver has given its reason. */
static int exit_code(int status, bool said)
{
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return HELPER_OK;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
		return helper_fail(HELPER_INTERRUPTED, "interrupted");
	if (WIFSIGNALED(status))
		return helper_fail(HELPER_FAILED, "the driver was killed: %s", strsignal(WTERMSIG(status)));
	if (!said)
		return helper_fail(HELPER_FAILED, "the driver ended with status %d", WEXITSTATUS(status));
	return HELPER_FAILED;
}

/* Ctrl-C is the driver's to answer; the helper lives on to report it. */
static int wait_and_report(pid_t pid, int fd, const char *dir)
{
	int status = 0, err;

	signal(SIGINT, SIG_IGN);
	err = wait_for(pid, &status);
	if (err) {
		close(fd);
		return helper_fail(HELPER_BUG, "cannot wait for the driver: %s", strerror(-err));
	}
	return exit_code(status, pass_on(fd, dir));
}

int helper_driver_run(const char *options, const char *source, const char *dir, bool verbose)
{
	char path[PATH_MAX];
	int fds[2];
	pid_t pid;

	if (!find_driver(path))
		return helper_fail(HELPER_SYSTEM,
			"cannot find the driver " DRIVER " (looked next to this helper and in PATH)");
	if (verbose)
		helper_note("%s%s%s %s %s", path, options ? " -o " : "", options ? options : "", source, dir);
	if (pipe2(fds, O_CLOEXEC))
		return helper_fail(HELPER_SYSTEM, "%s", strerror(errno));
	pid = fork();
	if (!pid)
		exec_driver(path, options, source, dir, fds[1]);
	close(fds[1]);
	if (pid > 0)
		return wait_and_report(pid, fds[0], dir);
	close(fds[0]);
	return helper_fail(HELPER_SYSTEM, "cannot start the driver: %s", strerror(errno));
}
