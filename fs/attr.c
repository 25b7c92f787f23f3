/* SPDX-License-Identifier: MIT */
/* A pin's owner and rw bits → the stat of what is shown of its map. */
#include <string.h>

#include "fs/attr.h"
#include "fs/mount.h"

#define BLOCK 4096

static void common(const struct stat *pin, mode_t mode, size_t size, struct stat *st)
{
	const struct mount_options *opt = &the_mount.opt;
	ino_t ino = st->st_ino;

	memset(st, 0, sizeof(*st));
	st->st_ino = ino;
	st->st_mode = mode;
	st->st_nlink = 1;
	st->st_uid = opt->has_uid ? opt->uid : pin->st_uid;
	st->st_gid = opt->has_gid ? opt->gid : pin->st_gid;
	st->st_size = (off_t)size;
	st->st_blksize = BLOCK;
	st->st_atim = st->st_mtim = st->st_ctim = the_mount.started;
}

void attr_file(const struct stat *pin, bool frozen, unsigned may, size_t size, struct stat *st)
{
	const struct mount_options *opt = &the_mount.opt;
	mode_t mode = (opt->has_fmode ? opt->fmode : pin->st_mode) & may;

	if (frozen)
		mode &= ~ATTR_WRITE;
	common(pin, S_IFREG | mode, size, st);
}

void attr_dir(const struct stat *pin, bool frozen, struct stat *st)
{
	const struct mount_options *opt = &the_mount.opt;
	mode_t mode = pin->st_mode & 0666;

	mode |= (mode & ATTR_READ) >> 2;
	if (opt->has_dmode)
		mode = opt->dmode;
	if (frozen)
		mode &= ~ATTR_WRITE;
	common(pin, S_IFDIR | mode, 0, st);
}

void attr_link(const struct stat *pin, size_t size, struct stat *st)
{
	common(pin, S_IFLNK | 0777, size, st);
}

void attr_plain_dir(const struct stat *dir, struct stat *st)
{
	const struct mount_options *opt = &the_mount.opt;
	struct timespec mtime = dir->st_mtim, ctime = dir->st_ctim;

	common(dir, S_IFDIR | (opt->has_dmode ? opt->dmode | (dir->st_mode & 07000) : dir->st_mode & 07777), 0, st);
	st->st_mtim = mtime;
	st->st_ctim = ctime;
}
