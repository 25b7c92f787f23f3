/* SPDX-License-Identifier: MIT */
/* What the parts of mount.bpfmapfs share: mount(8)'s exit codes, and the sentence before a failing one. */
#ifndef HELPER_H
#define HELPER_H

#include <stdbool.h>

#define HELPER_NAME   "mount.bpfmapfs"
#define HELPER_FSTYPE "fuse.bpfmapfs" /* as the kernel shows a mount of ours */
#define HELPER_SOURCE "/sys/fs/bpf"   /* where a host's bpffs is */

/* mount(8) passes these on as they are and prints nothing itself. */
enum helper_exit {
	HELPER_OK = 0,
	HELPER_USAGE = 1,
	HELPER_SYSTEM = 2,
	HELPER_BUG = 4,
	HELPER_INTERRUPTED = 8,
	HELPER_FAILED = 32,
};

/* The mount point that sentences begin with; NULL as long as there is none. */
void helper_about(const char *dir);

/* Prints "mount.bpfmapfs: DIR: ..." on stderr; returns code. */
int helper_fail(enum helper_exit code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As helper_fail, but no failure. */
void helper_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
