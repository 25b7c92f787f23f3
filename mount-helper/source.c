/* SPDX-License-Identifier: MIT */
/* SOURCE: what its nicknames mean, and a bpffs at /sys/fs/bpf where nobody has mounted one yet. */
#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "mount-helper/helper.h"
#include "mount-helper/source.h"

bool helper_source_is_alias(const char *source)
{
	static const char *const aliases[] = {"", "none", "bpf", "bpffs", "bpfmapfs"};

	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(source, aliases[i]))
			return true;
	return false;
}

/* 1, 0 or a negative errno. */
static int is_bpffs(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs))
		return -errno;
	return (unsigned)fs.f_type == BPF_FS_MAGIC;
}

/* The mode that systemd and bpftool use: pins are root's unless root says otherwise. */
static int mount_bpffs(void)
{
	if (!mount("bpf", HELPER_SOURCE, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
		return HELPER_OK;
	return helper_fail(HELPER_FAILED, "cannot mount a bpffs at " HELPER_SOURCE ": %s",
		strerror(errno));
}

int helper_source_prepare(const char *source)
{
	struct stat st;
	int found = is_bpffs(source);

	if (found <= 0 && found != -ENOENT && !strcmp(source, HELPER_SOURCE))
		return mount_bpffs();
	if (found < 0)
		return helper_fail(HELPER_FAILED, "source %s: %s", source, strerror(-found));
	if (!found)
		return helper_fail(HELPER_FAILED, "source %s is not in a bpffs", source);
	if (stat(source, &st))
		return helper_fail(HELPER_FAILED, "source %s: %s", source, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return helper_fail(HELPER_FAILED, "source %s is a pin, not a directory", source);
	return HELPER_OK;
}
