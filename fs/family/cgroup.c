/* SPDX-License-Identifier: MIT */
/* /proc/self/mounts says where cgroup2 is; a directory's file handle is its cgroup's id. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fs/family/cgroup.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/why.h"

#define FILEID_KERNFS 0xfe /* linux/exportfs.h: the handle is the 64-bit id */

/* What is behind dir in a folded path, without a slash; NULL: it is elsewhere. */
static const char *below(const char *path, const char *dir)
{
	size_t n = strlen(dir + 1); /* paths are folded without the first slash */

	if (n && (strncmp(path, dir + 1, n) || (path[n] && path[n] != '/')))
		return NULL;
	return path + n + (path[n] == '/');
}

static bool is_cgroup2(int fd)
{
	struct statfs fs;
	return !fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* An fd of the root of the cgroup2 mount that holds path (NULL: of any); *ret_rest is what is behind it. */
static int open_root(const char *path, int flags, const char **ret_rest)
{
	char line[2 * PATH_MAX + 1024];
	struct mntent entry;
	int fd = -ENOENT;
	FILE *mounts = setmntent("/proc/self/mounts", "re");

	while (mounts && getmntent_r(mounts, &entry, line, sizeof(line))) {
		const char *rest = path ? below(path, entry.mnt_dir) : "";
		if (strcmp(entry.mnt_type, "cgroup2") || !rest || below(entry.mnt_dir + 1, the_mount.opt.mountpoint))
			continue;
		int top = open(entry.mnt_dir, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (top >= 0 && !is_cgroup2(top)) { /* something is mounted over it */
			close(top);
		} else if (top >= 0) { /* the last is on top */
			if (fd >= 0)
				close(fd);
			fd = top;
			*ret_rest = rest;
		}
	}
	if (mounts)
		endmntent(mounts);
	return fd;
}

static int open_as(const struct caller *who, const char *folded)
{
	const char *rest = "";
	struct stat st;
	int fd = open_root(folded, O_PATH, &rest);

	if (fd < 0)
		return -EXDEV;
	fd = path_walk_as(who, fd, rest);
	if (fd < 0)
		return fd;
	int err = fstat(fd, &st) ? -errno : !S_ISDIR(st.st_mode) ? -ENOTDIR : !caller_may(who, &st, 7) ? -EACCES : 0;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int cgroup_at(const struct caller *who, const char *path, uint64_t *ret_id)
{
	char folded[PATH_MAX];
	struct stat st;
	int err = *path == '/' ? path_fold(path, folded) : -EINVAL;

	if (err)
		return fail(EINVAL, "'%s': want the absolute path of a cgroup's directory", path);
	int fd = open_as(who, folded);
	if (fd == -EXDEV)
		return fail(EINVAL, "'%s' is in no cgroup2 file system", path);
	if (fd == -EACCES)
		return fail(EACCES, "'%s': the right to read, write and search it is missing", path);
	if (fd < 0)
		return fail(-fd, "'%s': %s", path, fd == -ELOOP ? "leads through a symlink" : strerror(-fd));
	err = fstat(fd, &st) ? -errno : 0;
	close(fd);
	if (!err)
		*ret_id = st.st_ino;
	return err;
}

int cgroup_open_root(void)
{
	const char *rest;
	int fd = open_root(NULL, O_RDONLY, &rest);
	return fd < 0 ? fail(EINVAL, "no cgroup2 file system is mounted") : fd;
}

int cgroup_open_in(int top, uint64_t id)
{
	struct {
		struct file_handle head;
		uint64_t id;
	} handle = {{.handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS}, id};
	int fd = open_by_handle_at(top, &handle.head, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ESTALE || errno == ENOTDIR)
		return -ENOENT;
	return fail(errno, "the cgroup with the id %llu: %s", (unsigned long long)id, strerror(errno));
}

int cgroup_open(uint64_t id)
{
	int top = cgroup_open_root();

	if (top < 0)
		return top;
	int fd = cgroup_open_in(top, id);
	close(top);
	return fd == -ENOENT ? fail(EINVAL, "there is no cgroup with the id %llu", (unsigned long long)id) : fd;
}

int cgroup_below(const char *path, uint64_t *ret_id)
{
	static const struct caller us; /* root, which may go everywhere */
	char folded[PATH_MAX];
	struct stat st;
	int top = path_fold(path, folded) ? -ENOENT : cgroup_open_root();
	int fd = top < 0 ? top : path_walk_as(&us, top, folded);

	if (fd < 0)
		return -ENOENT;
	int err = fstat(fd, &st) || !S_ISDIR(st.st_mode) ? -ENOENT : 0;
	close(fd);
	if (!err)
		*ret_id = st.st_ino;
	return err;
}
