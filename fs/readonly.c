/* SPDX-License-Identifier: MIT */
/* A remount does not tell the driver, and asking the mount itself would be a request to ourselves: mountinfo knows. */
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>

#include "fs/mount.h"
#include "fs/readonly.h"
#include "fs/why.h"

int readonly_refuses(void)
{
	char line[8192];
	struct mntent entry;
	bool ro = false;
	FILE *mounts = setmntent("/proc/self/mounts", "re");

	while (mounts && getmntent_r(mounts, &entry, line, sizeof(line))) {
		if (!strcmp(entry.mnt_dir, the_mount.opt.mountpoint) && !strcmp(entry.mnt_type, "fuse.bpfmapfs"))
			ro = hasmntopt(&entry, "ro") != NULL; /* the last one is on top */
	}
	if (mounts)
		endmntent(mounts);
	return ro ? fail(EROFS, "reading this form takes entries away, and the mount is read-only") : 0;
}
