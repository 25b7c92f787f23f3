/* SPDX-License-Identifier: MIT */
/* The one mount that a driver process serves: what was asked for on the command line and what follows from it. */
#ifndef MOUNT_H
#define MOUNT_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

struct fuse_session;

#define DEFAULT_SOURCE "/sys/fs/bpf"

struct mount_options {
	char *source;     /* a directory of a bpffs */
	char *mountpoint;
	bool foreground, debug, help, version;
	bool takeover;    /* R31: perf event arrays may be taken over from their readers */
	char *views;      /* forms to list beside each map, "json+prom"; NULL: none */
	bool has_uid, has_gid, has_fmode, has_dmode;
	unsigned uid, gid, fmode, dmode;
};

struct mount {
	struct mount_options opt;
	int source_fd;           /* O_PATH of opt.source: all bpffs paths are relative to it */
	struct timespec started; /* realtime: ctime of all entries */
	struct fuse_session *session;
	_Atomic(unsigned) kernel_minor; /* FUSE protocol 7.kernel_minor; 0 before INIT */
};
extern struct mount the_mount; /* set up before the first request, constant after INIT */

#endif
