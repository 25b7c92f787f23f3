/* SPDX-License-Identifier: MIT */
/* openat2(2) from SOURCE, with everything that could lead elsewhere forbidden. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/mount.h"
#include "fs/path.h"
#include "fs/why.h"

static int open_below(int dir, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	long fd = syscall(SYS_openat2, dir, *path ? path : ".", &how, sizeof(how));

	if (fd >= 0)
		return (int)fd;
	return errno == ELOOP || errno == EXDEV ? -ENOENT : -errno;
}

int path_open(const char *rel, int flags)
{
	return open_below(the_mount.source_fd, rel, flags);
}

int path_parent(const char *rel, const char **ret_name)
{
	const char *slash = strrchr(rel, '/');
	char dir[PATH_MAX];
	size_t len = slash ? (size_t)(slash - rel) : 0;

	if (len >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, rel, len);
	dir[len] = 0;
	*ret_name = slash ? slash + 1 : rel;
	return path_open(dir, O_PATH | O_DIRECTORY);
}

int path_stat(const char *rel, struct stat *ret_st)
{
	int fd = path_open(rel, O_PATH | O_NOFOLLOW);

	if (fd < 0)
		return fd;
	int err = fstat(fd, ret_st) ? -errno : 0;
	close(fd);
	return err;
}

void path_of_fd(int fd, const char *name, char ret_path[PATH_OF_FD])
{
	snprintf(ret_path, PATH_OF_FD, name ? "/proc/self/fd/%d/%s" : "/proc/self/fd/%d", fd, name);
}

/* One step of path_walk_as; takes dir's fd. */
static int step(const struct caller *who, int dir, const char *name)
{
	struct stat st;
	int err = fstat(dir, &st) ? -errno : 0;

	if (!err && (!S_ISDIR(st.st_mode) || !caller_may(who, &st, 1)))
		err = S_ISDIR(st.st_mode) ? -EACCES : -ENOTDIR;
	int fd = err ? err : open_below(dir, name, O_PATH | O_NOFOLLOW);
	close(dir);
	if (fd < 0 || fstat(fd, &st) || !S_ISLNK(st.st_mode))
		return fd;
	close(fd);
	return -ELOOP; /* it could lead anywhere: name what it points to */
}

int path_fold(const char *path, char out[PATH_MAX])
{
	size_t len = 0;

	out[0] = 0;
	while (*path) {
		size_t n = strcspn(path, "/");
		if (n == 2 && !strncmp(path, "..", 2)) {
			char *slash = strrchr(out, '/');
			if (!len)
				return -EINVAL;
			len = slash ? (size_t)(slash - out) : 0;
		} else if (n && !(n == 1 && *path == '.')) {
			if (len + n + 2 > PATH_MAX)
				return -ENAMETOOLONG;
			if (len)
				out[len++] = '/';
			memcpy(out + len, path, n);
			len += n;
		}
		out[len] = 0;
		path += n + (path[n] == '/');
	}
	return 0;
}

int path_walk_as(const struct caller *who, int dir, const char *folded)
{
	char path[PATH_MAX], *save = NULL;

	snprintf(path, sizeof(path), "%s", folded);
	for (char *name = strtok_r(path, "/", &save); name && dir >= 0; name = strtok_r(NULL, "/", &save))
		dir = step(who, dir, name);
	return dir;
}

int path_open_as(const struct caller *who, const char *rel, unsigned rights)
{
	char path[PATH_MAX];
	struct stat st;
	int err = path_fold(rel, path);

	if (err)
		return fail(-err, "'%s' leads out of %s", rel, the_mount.opt.source);
	int fd = path_walk_as(who, path_open("", O_PATH | O_DIRECTORY), path);
	if (fd == -ELOOP)
		return fail(ELOOP, "'%s' leads through a symlink: write the path that it stands for", rel);
	if (fd < 0)
		return fail(-fd, "'%s' below %s: %s", rel, the_mount.opt.source, strerror(-fd));
	if (!fstat(fd, &st) && caller_may(who, &st, rights))
		return fd;
	close(fd);
	return fail(EACCES, "'%s': the right to %s it is missing", rel, rights == 6 ? "read and write" : "read");
}
