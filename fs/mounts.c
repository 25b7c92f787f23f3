/* SPDX-License-Identifier: MIT */
/* /proc/self/mounts, whose later lines are mounted over earlier ones. */
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/mounts.h"

/* The path as the list spells it; what is mounted there need not answer. */
static void resolve(const char *dir, char path[PATH_MAX])
{
	char parent[PATH_MAX], full[PATH_MAX];
	const char *slash = strrchr(dir, '/');

	if (realpath(dir, path))
		return;
	snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - dir + 1) : 1, slash ? dir : ".");
	if (!realpath(parent, full) ||
	    snprintf(path, PATH_MAX, "%s%s%s", full, full[1] ? "/" : "", slash ? slash + 1 : dir) >= PATH_MAX)
		path[0] = 0;
}

bool mounts_ours(const char *dir, bool *ret_ro)
{
	char path[PATH_MAX], line[2 * PATH_MAX + 1024];
	struct mntent entry;
	bool ours = false;
	FILE *mounts = setmntent("/proc/self/mounts", "re");

	if (!mounts)
		return false;
	resolve(dir, path);
	while (getmntent_r(mounts, &entry, line, sizeof(line))) {
		if (strcmp(entry.mnt_dir, path))
			continue;
		ours = !strcmp(entry.mnt_type, "fuse.bpfmapfs");
		*ret_ro = hasmntopt(&entry, "ro") != NULL;
	}
	endmntent(mounts);
	return ours;
}
