/* SPDX-License-Identifier: MIT */
/* The mount point: stat(2) and /proc/self/mounts tell what is there, mount(2) changes it. */
#include <errno.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "mount-helper/helper.h"
#include "mount-helper/target.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif
#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW 0x2000
#endif

enum { MOUNT_LINE = 2 * PATH_MAX + 1024 };

/* The uppermost mount at dir is one of ours and, where source is given, of that source. */
static bool ours(const char *dir, const char *source)
{
	char path[PATH_MAX], line[MOUNT_LINE];
	struct mntent entry;
	bool found = false;
	FILE *mounts = setmntent("/proc/self/mounts", "re");

	if (!mounts)
		return false;
	if (!realpath(dir, path))
		snprintf(path, sizeof(path), "%s", dir);
	while (getmntent_r(mounts, &entry, line, sizeof(line)))
		if (!strcmp(entry.mnt_dir, path)) /* later lines are mounted over earlier ones */
			found = !strcmp(entry.mnt_type, HELPER_FSTYPE) &&
			    (!source || !strcmp(entry.mnt_fsname, source));
	endmntent(mounts);
	return found;
}

/* The driver that served dir is gone. statfs(2) always asks it; a stat(2) may come from the kernel's cache. */
static bool dead(const char *dir)
{
	struct statvfs fs;

	return statvfs(dir, &fs) && (errno == ENOTCONN || errno == ECONNABORTED);
}

int helper_target_check(const char *dir)
{
	struct stat st;

	if (dead(dir)) {
		if (ours(dir, NULL))
			return HELPER_OK;
		return helper_fail(HELPER_FAILED, "a dead mount of another file system is there");
	}
	if (stat(dir, &st))
		return helper_fail(HELPER_FAILED, "%s", strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return helper_fail(HELPER_FAILED, "%s", strerror(ENOTDIR));
	return HELPER_OK;
}

int helper_target_clear(const char *dir)
{
	while (dead(dir) && ours(dir, NULL))
		if (umount2(dir, MNT_DETACH))
			return helper_fail(HELPER_FAILED, "cannot detach the dead mount that is there: %s",
				strerror(errno));
	return helper_target_check(dir);
}

bool helper_target_has(const char *dir, const char *source)
{
	return !dead(dir) && ours(dir, source);
}

int helper_target_remount(const char *dir, unsigned long flags)
{
	if (!ours(dir, NULL))
		return helper_fail(HELPER_FAILED, "no bpfmapfs is mounted there");
	if (mount(NULL, dir, NULL, MS_REMOUNT | flags, NULL))
		return helper_fail(HELPER_FAILED, "cannot remount: %s", strerror(errno));
	return HELPER_OK;
}

/* The flags as they are now. Of the atime flags the kernel keeps what it is not told. */
static unsigned long flags_of(const struct statvfs *fs)
{
	unsigned long flags = fs->f_flag & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_SYNCHRONOUS);

	return fs->f_flag & ST_NOSYMFOLLOW ? flags | MS_NOSYMFOLLOW : flags;
}

int helper_target_add(const char *dir, unsigned long flags)
{
	struct statvfs fs;

	if (statvfs(dir, &fs))
		return helper_fail(HELPER_FAILED, "%s", strerror(errno));
	return helper_target_remount(dir, flags_of(&fs) | flags);
}
