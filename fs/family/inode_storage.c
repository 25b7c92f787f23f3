/* SPDX-License-Identifier: MIT */
/* Inode storage: the keys are files, which have paths. Entries are reached by M.at/PATH alone (form/at.c). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/family.h"
#include "fs/family/inode.h"
#include "fs/mounts.h"
#include "fs/family/storage.h"
#include "fs/why.h"

/* ---- path → file ---- */

static int open_name(int dir, const char *name, unsigned long long also)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | also,
	};
	long fd = syscall(SYS_openat2, dir, name, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* full: the absolute path of name, and what is there is a mount point. */
static int open_mount(int dir, const char *name, const char *full)
{
	bool ro;
	return mounts_ours(full, &ro) ? -ENOENT : open_name(dir, name, 0);
}

/* One step down, with name at the end of full; takes dir. */
static int step(int dir, const char *name, const char *full)
{
	int fd = open_name(dir, name, RESOLVE_NO_XDEV);

	if (fd == -EXDEV)
		fd = open_mount(dir, name, full);
	close(dir);
	return fd == -ENOTDIR || fd == -ELOOP ? -ENOENT : fd;
}

static int type_of(int fd, mode_t *ret_type)
{
	struct statx st;

	/* no file system is asked anew */
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &st))
		return -errno;
	if (S_ISLNK(st.stx_mode))
		return -ENOENT;
	*ret_type = st.stx_mode & S_IFMT;
	return 0;
}

int inode_open(const char *path, mode_t *ret_type)
{
	char full[PATH_MAX];

	if (snprintf(full, sizeof(full), "/%s", path) >= (int)sizeof(full))
		return -ENAMETOOLONG;
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (char *at = full; fd >= 0 && at && at[1];) {
		char *next = strchr(at + 1, '/');
		if (next)
			*next = 0;
		fd = step(fd, at + 1, full);
		if (next)
			*next = '/';
		at = next;
	}
	int err = fd < 0 ? fd : type_of(fd, ret_type);
	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	return err;
}

/* ---- the family; keys are paths that end in a NUL ---- */

static int open_key(const void *key)
{
	mode_t type;
	int fd = inode_open(key, &type);
	return fd == -ENOENT ? fail(ENOENT, "there is no file /%s", (const char *)key) : fd;
}

const struct family inode_family = {
	.no_entries = "its keys are files; M.at/PATH is the value of the file /PATH",
	.by_path = true,
	.lookup = storage_lookup,
	.update = storage_update,
	.remove = storage_remove,
	.open_key = open_key,
};

const struct family sock_family = {
	.no_entries = "its keys are sockets, which have no names",
};
